from jinja2.runtime import LoopContext, Macro, Markup, Namespace, TemplateNotFound, TemplateReference, TemplateRuntimeError, Undefined, escape, identity, internalcode, markup_join, missing, str_join
name = 'trial.html.j2'

def root(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    l_0_second = l_0_row = l_0_facts = l_0_parts_of = l_0_chips_of = l_0_verdicts_of = l_0_chat_of = l_0_diff_of = l_0_http_of = l_0_body = missing
    try:
        t_1 = environment.filters['length']
    except KeyError:
        @internalcode
        def t_1(*unused):
            raise TemplateRuntimeError("No filter named 'length' found.")
    try:
        t_2 = environment.filters['string']
    except KeyError:
        @internalcode
        def t_2(*unused):
            raise TemplateRuntimeError("No filter named 'string' found.")
    pass
    yield '\n'
    def macro(l_1_text):
        t_3 = []
        if l_1_text is missing:
            l_1_text = undefined("parameter 'text' was not provided", name='text')
        pass
        if l_1_text:
            pass
            t_3.extend((
                ' data-second="',
                escape(l_1_text),
                '"',
            ))
        return concat(t_3)
    context.exported_vars.add('second')
    context.vars['second'] = l_0_second = Macro(environment, macro, 'second', ('text',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_t):
        t_4 = []
        l_1_word_mark = resolve('word_mark')
        if l_1_t is missing:
            l_1_t = undefined("parameter 't' was not provided", name='t')
        pass
        t_4.extend((
            '<a class="row ',
            escape(environment.getattr(l_1_t, 'status')),
        ))
        if environment.getattr(l_1_t, 'change'):
            pass
            t_4.extend((
                ' ',
                escape(environment.getattr(l_1_t, 'change')),
            ))
        t_4.extend((
            '" href="#s=',
            escape(environment.getattr(l_1_t, 'anchor')),
            '"><span class="st" data-w="status.',
            escape(environment.getattr(l_1_t, 'status')),
            '">',
            escape((undefined(name='word_mark') if l_1_word_mark is missing else l_1_word_mark)),
            'status.',
            escape(environment.getattr(l_1_t, 'status')),
            escape((undefined(name='word_mark') if l_1_word_mark is missing else l_1_word_mark)),
            '</span>\n<b><bdi>',
            escape(environment.getattr(l_1_t, 'name')),
            '</bdi>',
        ))
        if environment.getattr(l_1_t, 'change'):
            pass
            t_4.extend((
                ' <span class="ch" data-w="change.',
                escape(environment.getattr(l_1_t, 'change')),
                '">',
                escape((undefined(name='word_mark') if l_1_word_mark is missing else l_1_word_mark)),
                'change.',
                escape(environment.getattr(l_1_t, 'change')),
                escape((undefined(name='word_mark') if l_1_word_mark is missing else l_1_word_mark)),
                '</span>',
            ))
        t_4.append(
            '</b>',
        )
        if (environment.getattr(l_1_t, 'status') == 'fixed'):
            pass
            t_4.extend((
                '<i data-w="trial.fixed">',
                escape((undefined(name='word_mark') if l_1_word_mark is missing else l_1_word_mark)),
                'trial.fixed',
                escape((undefined(name='word_mark') if l_1_word_mark is missing else l_1_word_mark)),
                '</i>',
            ))
        elif environment.getattr(l_1_t, 'reason'):
            pass
            t_4.extend((
                '<i><bdi',
                escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), environment.getattr(l_1_t, 'second_reason'))),
                '>',
                escape(environment.getattr(l_1_t, 'reason')),
                '</bdi></i>',
            ))
        t_4.extend((
            '<span class="f"><bdi>',
            escape(environment.getattr(l_1_t, 'bot')),
            '</bdi>',
        ))
        if (t_1(environment.getattr(l_1_t, 'turns')) > 1):
            pass
            t_4.extend((
                ' · ⇄ ',
                escape(t_1(environment.getattr(l_1_t, 'turns'))),
            ))
        if environment.getattr(l_1_t, 'usage'):
            pass
            t_4.extend((
                ' · ',
                escape(environment.getattr(l_1_t, 'usage')),
                ' tok',
            ))
        t_4.extend((
            ' · ',
            escape(environment.getattr(l_1_t, 'duration')),
            '</span></a>',
        ))
        return concat(t_4)
    context.exported_vars.add('row')
    context.vars['row'] = l_0_row = Macro(environment, macro, 'row', ('t',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_all):
        t_5 = []
        if l_1_all is missing:
            l_1_all = undefined("parameter 'all' was not provided", name='all')
        pass
        for (l_2_key, l_2_value) in l_1_all:
            _loop_vars = {}
            pass
            t_5.extend((
                '<span class="fact"><span data-w="',
                escape(l_2_key),
                '"></span> <b><bdi>',
                escape(l_2_value),
                '</bdi></b></span>',
            ))
        l_2_key = l_2_value = missing
        return concat(t_5)
    context.exported_vars.add('facts')
    context.vars['facts'] = l_0_facts = Macro(environment, macro, 'facts', ('all',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_parts):
        t_6 = []
        if l_1_parts is missing:
            l_1_parts = undefined("parameter 'parts' was not provided", name='parts')
        pass
        for (l_2_text, l_2_tone, l_2_numbers) in l_1_parts:
            _loop_vars = {}
            pass
            if l_2_tone:
                pass
                t_6.extend((
                    '<mark class="',
                    escape(l_2_tone),
                    '" data-e="',
                    escape(l_2_numbers),
                    '" tabindex="0">',
                    escape(l_2_text),
                    '</mark>',
                ))
            else:
                pass
                t_6.append(
                    escape(l_2_text),
                )
        l_2_text = l_2_tone = l_2_numbers = missing
        return concat(t_6)
    context.exported_vars.add('parts_of')
    context.vars['parts_of'] = l_0_parts_of = Macro(environment, macro, 'parts_of', ('parts',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_chips):
        t_7 = []
        if l_1_chips is missing:
            l_1_chips = undefined("parameter 'chips' was not provided", name='chips')
        pass
        for (l_2_key, l_2_text, l_2_detail) in l_1_chips:
            _loop_vars = {}
            pass
            t_7.extend((
                '<details class="fold chip"><summary><span data-w="',
                escape(l_2_key),
                '"></span>',
            ))
            if l_2_text:
                pass
                t_7.extend((
                    ' <bdi>',
                    escape(l_2_text),
                    '</bdi>',
                ))
            t_7.append(
                '</summary>',
            )
            if l_2_detail:
                pass
                t_7.extend((
                    '<pre dir="auto">',
                    escape(l_2_detail),
                    '</pre>',
                ))
            t_7.append(
                '</details>',
            )
        l_2_key = l_2_text = l_2_detail = missing
        return concat(t_7)
    context.exported_vars.add('chips_of')
    context.vars['chips_of'] = l_0_chips_of = Macro(environment, macro, 'chips_of', ('chips',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_verdicts):
        t_8 = []
        if l_1_verdicts is missing:
            l_1_verdicts = undefined("parameter 'verdicts' was not provided", name='verdicts')
        pass
        t_8.append(
            '<ul class="verdicts" data-w-label="trial.verdicts">',
        )
        l_2_loop = missing
        for (l_2_status, l_2_badge, l_2_kind, l_2_name, l_2_expected, l_2_actual, l_2_reason, l_2_place, l_2_score, l_2_expected2, l_2_actual2, l_2_reason2), l_2_loop in LoopContext(l_1_verdicts, undefined):
            _loop_vars = {}
            pass
            t_8.extend((
                '<li class="',
                escape(l_2_status),
                '" data-e="',
                escape(environment.getattr(l_2_loop, 'index')),
                '" tabindex="-1"><p><span class="st ',
                escape(l_2_status),
                '" data-w="status.',
                escape(l_2_status),
                '"></span> <b><bdi>',
                escape(l_2_kind),
                '</bdi></b>',
            ))
            if l_2_name:
                pass
                t_8.extend((
                    ' <bdi>',
                    escape(l_2_name),
                    '</bdi>',
                ))
            if l_2_score:
                pass
                t_8.extend((
                    ' <span class="fact"><span data-w="fact.score"></span> <b>',
                    escape(l_2_score),
                    '</b></span>',
                ))
            t_8.append(
                '</p>',
            )
            if l_2_reason:
                pass
                t_8.extend((
                    '<p class="reason" dir="auto"',
                    escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), l_2_reason2, _loop_vars=_loop_vars)),
                    '>',
                    escape(l_2_reason),
                    '</p>',
                ))
            t_8.append(
                '<dl>',
            )
            if l_2_expected:
                pass
                t_8.extend((
                    '<dt data-w="verdict.expected"></dt><dd dir="auto"',
                    escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), l_2_expected2, _loop_vars=_loop_vars)),
                    '>',
                    escape(l_2_expected),
                    '</dd>',
                ))
            if l_2_actual:
                pass
                t_8.extend((
                    '<dt data-w="verdict.seen"></dt><dd dir="auto"',
                    escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), l_2_actual2, _loop_vars=_loop_vars)),
                    '>',
                    escape(l_2_actual),
                    '</dd>',
                ))
            if l_2_place:
                pass
                t_8.extend((
                    '<dt data-w="verdict.at"></dt><dd><code>',
                    escape(l_2_place),
                    '</code></dd>',
                ))
            t_8.append(
                '</dl></li>',
            )
        l_2_loop = l_2_status = l_2_badge = l_2_kind = l_2_name = l_2_expected = l_2_actual = l_2_reason = l_2_place = l_2_score = l_2_expected2 = l_2_actual2 = l_2_reason2 = missing
        t_8.append(
            '</ul>',
        )
        return concat(t_8)
    context.exported_vars.add('verdicts_of')
    context.vars['verdicts_of'] = l_0_verdicts_of = Macro(environment, macro, 'verdicts_of', ('verdicts',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_turn, l_1_turns):
        t_9 = []
        l_1_values_of = resolve('values_of')
        l_1_number = l_1_prompt = l_1_lang = l_1_attached = l_1_missing = l_1_messages = l_1_follow_ups = l_1_reply_facts = l_1_ids = l_1_verdicts = missing
        if l_1_turn is missing:
            l_1_turn = undefined("parameter 'turn' was not provided", name='turn')
        if l_1_turns is missing:
            l_1_turns = undefined("parameter 'turns' was not provided", name='turns')
        pass
        (l_1_number, l_1_prompt, l_1_lang, l_1_attached, l_1_missing, l_1_messages, l_1_follow_ups, l_1_reply_facts, l_1_ids, l_1_verdicts) = l_1_turn
        t_9.extend((
            '<div class="turn" data-t="',
            escape((undefined(name='number') if l_1_number is missing else l_1_number)),
            '"><div class="chat"><div class="msg user"><span class="who"',
        ))
        if (l_1_turns > 1):
            pass
            t_9.extend((
                ' data-w="who.prompt_of" data-v="',
                escape(context.call((undefined(name='values_of') if l_1_values_of is missing else l_1_values_of), {'n': t_2((undefined(name='number') if l_1_number is missing else l_1_number)), 'of': t_2(l_1_turns)})),
                '"',
            ))
        else:
            pass
            t_9.append(
                ' data-w="who.prompt"',
            )
        t_9.append(
            '></span><p dir="auto"',
        )
        if (undefined(name='lang') if l_1_lang is missing else l_1_lang):
            pass
            t_9.extend((
                ' lang="',
                escape((undefined(name='lang') if l_1_lang is missing else l_1_lang)),
                '"',
            ))
        t_9.extend((
            '>',
            escape((undefined(name='prompt') if l_1_prompt is missing else l_1_prompt)),
            '</p>',
        ))
        if (undefined(name='attached') if l_1_attached is missing else l_1_attached):
            pass
            t_9.append(
                '<ul class="files" data-w-label="trial.attached">',
            )
            for l_2_name in (undefined(name='attached') if l_1_attached is missing else l_1_attached):
                _loop_vars = {}
                pass
                t_9.extend((
                    '<li><bdi>',
                    escape(l_2_name),
                    '</bdi></li>',
                ))
            l_2_name = missing
            t_9.append(
                '</ul>',
            )
        t_9.append(
            '</div>',
        )
        for (l_2_key, l_2_label, l_2_nth, l_2_of, l_2_folded, l_2_parts, l_2_lang, l_2_reasoning, l_2_tree, l_2_chips) in (undefined(name='messages') if l_1_messages is missing else l_1_messages):
            _loop_vars = {}
            pass
            if l_2_folded:
                pass
                t_9.extend((
                    '<details class="fold"><summary><span data-w="',
                    escape(l_2_key),
                    '"></span>',
                ))
                if l_2_label:
                    pass
                    t_9.extend((
                        ' <bdi>',
                        escape(l_2_label),
                        '</bdi>',
                    ))
                t_9.append(
                    '</summary><pre dir="auto"',
                )
                if l_2_lang:
                    pass
                    t_9.extend((
                        ' lang="',
                        escape(l_2_lang),
                        '"',
                    ))
                t_9.extend((
                    '>',
                    escape(context.call((undefined(name='parts_of') if l_0_parts_of is missing else l_0_parts_of), l_2_parts, _loop_vars=_loop_vars)),
                    '</pre>',
                    escape(context.call((undefined(name='chips_of') if l_0_chips_of is missing else l_0_chips_of), l_2_chips, _loop_vars=_loop_vars)),
                    '</details>',
                ))
            else:
                pass
                t_9.extend((
                    '<div class="msg bot"><span class="who"><span data-w="',
                    escape(l_2_key),
                    '"',
                ))
                if l_2_of:
                    pass
                    t_9.extend((
                        ' data-v="',
                        escape(context.call((undefined(name='values_of') if l_1_values_of is missing else l_1_values_of), {'n': t_2(l_2_nth), 'of': t_2(l_2_of)}, _loop_vars=_loop_vars)),
                        '"',
                    ))
                t_9.append(
                    '></span>',
                )
                if l_2_label:
                    pass
                    t_9.extend((
                        ' <bdi>',
                        escape(l_2_label),
                        '</bdi>',
                    ))
                t_9.append(
                    '</span>',
                )
                if l_2_reasoning:
                    pass
                    t_9.extend((
                        '<details class="fold"><summary data-w="message.reasoning"></summary><pre dir="auto">',
                        escape(l_2_reasoning),
                        '</pre></details>',
                    ))
                if l_2_tree:
                    pass
                    t_9.append(
                        '<div class="md" dir="auto"',
                    )
                    if l_2_lang:
                        pass
                        t_9.extend((
                            ' lang="',
                            escape(l_2_lang),
                            '"',
                        ))
                    t_9.extend((
                        ' data-tree="',
                        escape(l_2_tree),
                        '"></div>',
                    ))
                if l_2_parts:
                    pass
                    t_9.append(
                        '<p class="raw" dir="auto"',
                    )
                    if l_2_lang:
                        pass
                        t_9.extend((
                            ' lang="',
                            escape(l_2_lang),
                            '"',
                        ))
                    t_9.extend((
                        '>',
                        escape(context.call((undefined(name='parts_of') if l_0_parts_of is missing else l_0_parts_of), l_2_parts, _loop_vars=_loop_vars)),
                        '</p>',
                    ))
                t_9.extend((
                    escape(context.call((undefined(name='chips_of') if l_0_chips_of is missing else l_0_chips_of), l_2_chips, _loop_vars=_loop_vars)),
                    '</div>',
                ))
        l_2_key = l_2_label = l_2_nth = l_2_of = l_2_folded = l_2_parts = l_2_lang = l_2_reasoning = l_2_tree = l_2_chips = missing
        if (undefined(name='missing') if l_1_missing is missing else l_1_missing):
            pass
            t_9.extend((
                '<p class="empty" data-w="',
                escape((undefined(name='missing') if l_1_missing is missing else l_1_missing)),
                '"></p>',
            ))
        if (undefined(name='follow_ups') if l_1_follow_ups is missing else l_1_follow_ups):
            pass
            t_9.append(
                '<ul class="asks" data-w-label="trial.asks">',
            )
            for l_2_text in (undefined(name='follow_ups') if l_1_follow_ups is missing else l_1_follow_ups):
                _loop_vars = {}
                pass
                t_9.extend((
                    '<li dir="auto">',
                    escape(l_2_text),
                    '</li>',
                ))
            l_2_text = missing
            t_9.append(
                '</ul>',
            )
        if (undefined(name='reply_facts') if l_1_reply_facts is missing else l_1_reply_facts):
            pass
            t_9.extend((
                '<p class="small">',
                escape(context.call((undefined(name='facts') if l_0_facts is missing else l_0_facts), (undefined(name='reply_facts') if l_1_reply_facts is missing else l_1_reply_facts))),
                '</p>',
            ))
        if (undefined(name='ids') if l_1_ids is missing else l_1_ids):
            pass
            t_9.extend((
                '<p class="small ids">',
                escape(context.call((undefined(name='facts') if l_0_facts is missing else l_0_facts), (undefined(name='ids') if l_1_ids is missing else l_1_ids))),
                '</p>',
            ))
        t_9.append(
            '</div>',
        )
        if (undefined(name='verdicts') if l_1_verdicts is missing else l_1_verdicts):
            pass
            t_9.append(
                escape(context.call((undefined(name='verdicts_of') if l_0_verdicts_of is missing else l_0_verdicts_of), (undefined(name='verdicts') if l_1_verdicts is missing else l_1_verdicts))),
            )
        t_9.append(
            '</div>',
        )
        return concat(t_9)
    context.exported_vars.add('chat_of')
    context.vars['chat_of'] = l_0_chat_of = Macro(environment, macro, 'chat_of', ('turn', 'turns'), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_diff):
        t_10 = []
        if l_1_diff is missing:
            l_1_diff = undefined("parameter 'diff' was not provided", name='diff')
        pass
        if environment.getattr(l_1_diff, 'kind'):
            pass
            t_10.extend((
                '<p><span class="ch ',
                escape(environment.getattr(l_1_diff, 'kind')),
                '" data-w="change.',
                escape(environment.getattr(l_1_diff, 'kind')),
                '"></span></p>',
            ))
        else:
            pass
            t_10.append(
                '<p class="small" data-w="diff.expected_seen"></p>',
            )
        for (l_2_number, l_2_answer, l_2_similarity, l_2_flips, l_2_facts, l_2_tree) in environment.getattr(l_1_diff, 'turns'):
            l_2_values_of = resolve('values_of')
            _loop_vars = {}
            pass
            t_10.append(
                '<div class="change"',
            )
            if l_2_answer:
                pass
                t_10.extend((
                    ' data-answer="',
                    escape(l_2_answer),
                    '"',
                ))
            t_10.extend((
                ' data-turn="',
                escape(l_2_number),
                '"><h3 data-w="diff.turn" data-v="',
                escape(context.call((undefined(name='values_of') if l_2_values_of is missing else l_2_values_of), {'n': t_2(l_2_number)}, _loop_vars=_loop_vars)),
                '"></h3>\n<p class="small">',
            ))
            if l_2_answer:
                pass
                t_10.extend((
                    '<span data-w="answer.',
                    escape(l_2_answer),
                    '"></span>',
                ))
            if l_2_similarity:
                pass
                t_10.extend((
                    ' <span class="fact"><span data-w="diff.similarity"></span> <b>',
                    escape(l_2_similarity),
                    '</b></span>',
                ))
            t_10.append(
                '</p>',
            )
            if l_2_flips:
                pass
                t_10.append(
                    '<ul class="flips" data-w-label="diff.flips">',
                )
                for (l_3_kind, l_3_name, l_3_expected, l_3_place, l_3_before, l_3_after, l_3_expected2) in l_2_flips:
                    _loop_vars = {}
                    pass
                    t_10.extend((
                        '<li><b><bdi>',
                        escape(l_3_kind),
                        '</bdi></b>',
                    ))
                    if l_3_name:
                        pass
                        t_10.extend((
                            ' <bdi>',
                            escape(l_3_name),
                            '</bdi>',
                        ))
                    t_10.extend((
                        ' <span class="st ',
                        escape((l_3_before or 'none')),
                        '" data-w="status.',
                        escape((l_3_before or 'none')),
                        '"></span> → <span class="st ',
                        escape((l_3_after or 'none')),
                        '" data-w="status.',
                        escape((l_3_after or 'none')),
                        '"></span>',
                    ))
                    if l_3_expected:
                        pass
                        t_10.extend((
                            ' <span class="reason" dir="auto"',
                            escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), l_3_expected2, _loop_vars=_loop_vars)),
                            '>',
                            escape(l_3_expected),
                            '</span>',
                        ))
                    if l_3_place:
                        pass
                        t_10.extend((
                            ' <code>',
                            escape(l_3_place),
                            '</code>',
                        ))
                    t_10.append(
                        '</li>',
                    )
                l_3_kind = l_3_name = l_3_expected = l_3_place = l_3_before = l_3_after = l_3_expected2 = missing
                t_10.append(
                    '</ul>',
                )
            t_10.extend((
                '<div class="diff" dir="auto" data-tree="',
                escape(l_2_tree),
                '"></div>',
            ))
            if l_2_facts:
                pass
                t_10.append(
                    '<div class="scroll" tabindex="0" role="group" data-w-label="diff.facts"><table class="sides"><thead><tr><th></th><th scope="col" data-w="diff.before"></th><th scope="col" data-w="diff.now"></th></tr></thead><tbody>',
                )
                for (l_3_key, l_3_before, l_3_after) in l_2_facts:
                    _loop_vars = {}
                    pass
                    t_10.extend((
                        '<tr><th scope="row" data-w="',
                        escape(l_3_key),
                        '"></th><td dir="auto">',
                        escape(l_3_before),
                        '</td><td dir="auto">',
                        escape(l_3_after),
                        '</td></tr>',
                    ))
                l_3_key = l_3_before = l_3_after = missing
                t_10.append(
                    '</tbody></table></div>',
                )
            t_10.append(
                '</div>',
            )
        l_2_number = l_2_answer = l_2_similarity = l_2_flips = l_2_facts = l_2_tree = l_2_values_of = missing
        return concat(t_10)
    context.exported_vars.add('diff_of')
    context.vars['diff_of'] = l_0_diff_of = Macro(environment, macro, 'diff_of', ('diff',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_http, l_1_recorded):
        t_11 = []
        if l_1_http is missing:
            l_1_http = undefined("parameter 'http' was not provided", name='http')
        if l_1_recorded is missing:
            l_1_recorded = undefined("parameter 'recorded' was not provided", name='recorded')
        pass
        t_11.append(
            '<p class="small">',
        )
        if l_1_recorded:
            pass
            t_11.extend((
                '<span data-w="http.recorded"></span> <b>',
                escape(l_1_recorded),
                '</b>',
            ))
        else:
            pass
            t_11.append(
                '<span data-w="http.log"></span>',
            )
        t_11.extend((
            ' <span class="fact"><span data-w="http.total"></span> <b>',
            escape(environment.getattr(l_1_http, 'total')),
            ' s</b></span> <span class="fact"><span data-w="http.waited"></span> <b>',
            escape(environment.getattr(l_1_http, 'total_wait')),
            ' s</b></span></p>\n<div class="scroll" tabindex="0" role="group" data-w-label="http.calls"><table class="http"><tbody><tr><th scope="col" data-w="http.call"></th><th scope="col" data-w="http.status"></th><th scope="col" data-w="http.code"></th><th scope="col" class="num" data-w="http.wait"></th><th scope="col" class="num" data-w="http.start"></th><th scope="col" class="num" data-w="http.elapsed"></th><td class="fall" rowspan="',
            escape(environment.getattr(l_1_http, 'rows')),
            '"><svg viewBox="0 0 1000 ',
            escape(environment.getattr(l_1_http, 'rows')),
            '" preserveAspectRatio="none" role="img" data-w-label="http.drawn">',
        ))
        if environment.getattr(l_1_http, 'waits'):
            pass
            t_11.extend((
                '<path class="wait" d="',
                escape(environment.getattr(l_1_http, 'waits')),
                '"></path>',
            ))
        t_11.extend((
            '<path d="',
            escape(environment.getattr(l_1_http, 'bars')),
            '"></path></svg></td></tr>',
        ))
        for (l_2_method, l_2_path, l_2_repeats, l_2_status, l_2_code, l_2_start, l_2_elapsed, l_2_wait, l_2_at, l_2_data) in environment.getattr(l_1_http, 'calls'):
            _loop_vars = {}
            pass
            t_11.extend((
                '<tr><th scope="row">',
                escape(l_2_method),
                ' <bdi>',
                escape(l_2_path),
                '</bdi>',
            ))
            if l_2_repeats:
                pass
                t_11.extend((
                    ' × ',
                    escape(l_2_repeats),
                ))
            t_11.extend((
                '</th><td>',
                escape(l_2_status),
                '</td><td>',
                escape(l_2_code),
                '</td><td class="num">',
                escape(l_2_wait),
                '</td><td class="num">',
                escape(l_2_start),
                '</td><td class="num">',
                escape(l_2_elapsed),
                '</td></tr>',
            ))
        l_2_method = l_2_path = l_2_repeats = l_2_status = l_2_code = l_2_start = l_2_elapsed = l_2_wait = l_2_at = l_2_data = missing
        t_11.append(
            '</tbody></table></div>\n<details class="fold"><summary data-w="http.again"></summary>',
        )
        for (l_2_method, l_2_path, l_2_repeats, l_2_status, l_2_code, l_2_start, l_2_elapsed, l_2_wait, l_2_at, l_2_data) in environment.getattr(l_1_http, 'calls'):
            _loop_vars = {}
            pass
            t_11.extend((
                '<pre class="curl" dir="ltr">curl -X ',
                escape(l_2_method),
                ' "${COZE_API_BASE:-https://api.coze.com}"',
                escape(l_2_at),
                ' -H "Authorization: Bearer $COZE_API_TOKEN"',
            ))
            if l_2_data:
                pass
                t_11.extend((
                    ' ',
                    escape(l_2_data),
                ))
            t_11.append(
                '</pre>',
            )
        l_2_method = l_2_path = l_2_repeats = l_2_status = l_2_code = l_2_start = l_2_elapsed = l_2_wait = l_2_at = l_2_data = missing
        t_11.append(
            '</details>',
        )
        return concat(t_11)
    context.exported_vars.add('http_of')
    context.vars['http_of'] = l_0_http_of = Macro(environment, macro, 'http_of', ('http', 'recorded'), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_t):
        t_12 = []
        l_1_kind = resolve('kind')
        l_1_what = resolve('what')
        l_1_where = resolve('where')
        l_1_next_step = resolve('next_step')
        l_1_detail = resolve('detail')
        l_1_log_id = resolve('log_id')
        l_1_what2 = resolve('what2')
        l_1_next_step2 = resolve('next_step2')
        l_1_detail2 = resolve('detail2')
        l_1_turns = missing
        if l_1_t is missing:
            l_1_t = undefined("parameter 't' was not provided", name='t')
        pass
        l_1_turns = environment.getattr(l_1_t, 'turns')
        t_12.extend((
            '<article class="trial ',
            escape(environment.getattr(l_1_t, 'status')),
            '" id="s=',
            escape(environment.getattr(l_1_t, 'anchor')),
            '" data-id="',
            escape(environment.getattr(l_1_t, 'anchor')),
            '"><header><h2><bdi>',
            escape(environment.getattr(l_1_t, 'name')),
            '</bdi></h2><p class="meta"><span class="st ',
            escape(environment.getattr(l_1_t, 'status')),
            '" data-w="status.',
            escape(environment.getattr(l_1_t, 'status')),
            '"></span>',
        ))
        if environment.getattr(l_1_t, 'change'):
            pass
            t_12.extend((
                '<span class="ch ',
                escape(environment.getattr(l_1_t, 'change')),
                '" data-w="change.',
                escape(environment.getattr(l_1_t, 'change')),
                '"></span>',
            ))
        t_12.extend((
            '<span class="fact"><span data-w="fact.bot"></span> <b><bdi>',
            escape(environment.getattr(l_1_t, 'bot')),
            '</bdi></b></span>',
        ))
        if environment.getattr(l_1_t, 'case'):
            pass
            t_12.extend((
                '<span class="fact"><span data-w="fact.case"></span> <b><bdi>',
                escape(environment.getattr(l_1_t, 'case')),
                '</bdi></b></span>',
            ))
        if (t_1((undefined(name='turns') if l_1_turns is missing else l_1_turns)) > 1):
            pass
            t_12.extend((
                '<span class="fact"><span data-w="fact.turns"></span> <b>',
                escape(t_1((undefined(name='turns') if l_1_turns is missing else l_1_turns))),
                '</b></span>',
            ))
        if environment.getattr(l_1_t, 'usage'):
            pass
            t_12.extend((
                '<span class="fact"><span data-w="fact.tokens"></span> <b>',
                escape(environment.getattr(l_1_t, 'usage')),
                '</b></span>',
            ))
        t_12.extend((
            '<span class="fact"><span data-w="fact.seconds"></span> <b>',
            escape(environment.getattr(l_1_t, 'duration')),
            '</b></span>',
        ))
        if environment.getattr(l_1_t, 'place'):
            pass
            t_12.extend((
                '<code>',
                escape(environment.getattr(l_1_t, 'place')),
                '</code>',
            ))
        for l_2_tag in environment.getattr(l_1_t, 'tags'):
            _loop_vars = {}
            pass
            t_12.extend((
                '<span class="tag"><bdi>',
                escape(l_2_tag),
                '</bdi></span>',
            ))
        l_2_tag = missing
        t_12.append(
            '</p>',
        )
        if (environment.getattr(l_1_t, 'status') == 'fixed'):
            pass
            t_12.append(
                '<p class="why" data-w="trial.fixed"></p>',
            )
        elif (environment.getattr(l_1_t, 'reason') and (not environment.getattr(l_1_t, 'error'))):
            pass
            t_12.extend((
                '<p class="why" dir="auto"',
                escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), environment.getattr(l_1_t, 'second_reason'))),
                '>',
                escape(environment.getattr(l_1_t, 'reason')),
                '</p>',
            ))
        if environment.getattr(l_1_t, 'known_failure'):
            pass
            t_12.extend((
                '<div class="note known_failure"><b data-w="status.known_failure"></b> <bdi>',
                escape(environment.getattr(l_1_t, 'known_failure')),
                '</bdi></div>',
            ))
        if environment.getattr(l_1_t, 'error'):
            pass
            (l_1_kind, l_1_what, l_1_where, l_1_next_step, l_1_detail, l_1_log_id, l_1_what2, l_1_next_step2, l_1_detail2) = environment.getattr(l_1_t, 'error')
            t_12.extend((
                '<div class="note error"><p><b><span data-w="status.error"></span> (<bdi>',
                escape((undefined(name='kind') if l_1_kind is missing else l_1_kind)),
                '</bdi>)</b> <bdi',
                escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), (undefined(name='what2') if l_1_what2 is missing else l_1_what2))),
                '>',
                escape((undefined(name='what') if l_1_what is missing else l_1_what)),
                '</bdi></p>',
            ))
            if (undefined(name='detail') if l_1_detail is missing else l_1_detail):
                pass
                t_12.extend((
                    '<pre dir="auto"',
                    escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), (undefined(name='detail2') if l_1_detail2 is missing else l_1_detail2))),
                    '>',
                    escape((undefined(name='detail') if l_1_detail is missing else l_1_detail)),
                    '</pre>',
                ))
            if (undefined(name='where') if l_1_where is missing else l_1_where):
                pass
                t_12.extend((
                    '<p><span data-w="verdict.at"></span> <code>',
                    escape((undefined(name='where') if l_1_where is missing else l_1_where)),
                    '</code></p>',
                ))
            if (undefined(name='log_id') if l_1_log_id is missing else l_1_log_id):
                pass
                t_12.extend((
                    '<p><span data-w="fact.log_id"></span> <code>',
                    escape((undefined(name='log_id') if l_1_log_id is missing else l_1_log_id)),
                    '</code></p>',
                ))
            if (undefined(name='next_step') if l_1_next_step is missing else l_1_next_step):
                pass
                t_12.extend((
                    '<p><b data-w="trial.next"></b> <bdi',
                    escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), (undefined(name='next_step2') if l_1_next_step2 is missing else l_1_next_step2))),
                    '>',
                    escape((undefined(name='next_step') if l_1_next_step is missing else l_1_next_step)),
                    '</bdi></p>',
                ))
            t_12.append(
                '</div>',
            )
        for (l_2_warning, l_2_warning2) in environment.getattr(l_1_t, 'warnings'):
            _loop_vars = {}
            pass
            t_12.extend((
                '<div class="note warning"><b data-w="status.warning"></b> <bdi',
                escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), l_2_warning2, _loop_vars=_loop_vars)),
                '>',
                escape(l_2_warning),
                '</bdi></div>',
            ))
        l_2_warning = l_2_warning2 = missing
        t_12.append(
            '</header>\n<div class="tabs" role="tablist" data-w-label="tab.all">',
        )
        for l_2_tab in ('chat', 'diff', 'http', 'json', 'history'):
            _loop_vars = {}
            pass
            t_12.extend((
                '<button type="button" role="tab" data-tab="',
                escape(l_2_tab),
                '" data-w="tab.',
                escape(l_2_tab),
                '"></button>',
            ))
        l_2_tab = missing
        t_12.append(
            '</div>\n<section data-panel="chat">',
        )
        for l_2_turn in (undefined(name='turns') if l_1_turns is missing else l_1_turns):
            _loop_vars = {}
            pass
            t_12.append(
                escape(context.call((undefined(name='chat_of') if l_0_chat_of is missing else l_0_chat_of), l_2_turn, t_1((undefined(name='turns') if l_1_turns is missing else l_1_turns)), _loop_vars=_loop_vars)),
            )
        l_2_turn = missing
        if (environment.getattr(l_1_t, 'bot_facts') or environment.getattr(l_1_t, 'cassette')):
            pass
            t_12.append(
                '<details class="fold more"><summary data-w="trial.bot_and_cassette"></summary><dl>',
            )
            for (l_2_key, l_2_value) in environment.getattr(l_1_t, 'bot_facts'):
                _loop_vars = {}
                pass
                t_12.extend((
                    '<dt data-w="',
                    escape(l_2_key),
                    '"></dt><dd dir="auto">',
                    escape(l_2_value),
                    '</dd>',
                ))
            l_2_key = l_2_value = missing
            if environment.getattr(l_1_t, 'cassette'):
                pass
                t_12.extend((
                    '<dt data-w="fact.cassette"></dt><dd><code>',
                    escape(environment.getattr(l_1_t, 'cassette')),
                    '</code></dd>',
                ))
            t_12.append(
                '</dl></details>',
            )
        t_12.append(
            '</section>\n<section data-panel="diff"',
        )
        if (not environment.getattr(l_1_t, 'diff')):
            pass
            t_12.append(
                ' class="nothing"',
            )
        t_12.append(
            '>',
        )
        if environment.getattr(l_1_t, 'diff'):
            pass
            t_12.append(
                escape(context.call((undefined(name='diff_of') if l_0_diff_of is missing else l_0_diff_of), environment.getattr(l_1_t, 'diff'))),
            )
        else:
            pass
            t_12.append(
                '<p class="empty" data-w="diff.none"></p>',
            )
        t_12.append(
            '</section>\n<section data-panel="http"',
        )
        if (not environment.getattr(l_1_t, 'http')):
            pass
            t_12.append(
                ' class="nothing"',
            )
        t_12.append(
            '>',
        )
        if environment.getattr(l_1_t, 'http'):
            pass
            t_12.append(
                escape(context.call((undefined(name='http_of') if l_0_http_of is missing else l_0_http_of), environment.getattr(l_1_t, 'http'), environment.getattr(l_1_t, 'recorded_at'))),
            )
        else:
            pass
            t_12.append(
                '<p class="empty" data-w="http.none"></p>',
            )
        t_12.append(
            '</section>\n<section data-panel="json"><button type="button" class="copy" data-w="json.copy"></button><pre class="json" dir="ltr" tabindex="0"></pre></section>\n<section data-panel="history"><div class="strip"></div></section></article>',
        )
        return concat(t_12)
    context.exported_vars.add('body')
    context.vars['body'] = l_0_body = Macro(environment, macro, 'body', ('t',), False, False, False, context.eval_ctx.autoescape)

blocks = {}
debug_info = '6=25&8=41&9=49&10=68&11=86&12=106&15=131&16=136&19=151&20=156&23=180&24=185&27=218&29=227&30=232&31=243&32=250&33=260&34=272&35=281&36=290&40=308&41=317&42=320&43=350&44=370&45=373&46=377&48=408&49=431&50=438&51=455&52=473&55=477&56=484&57=501&58=508&59=518&62=530&63=535&64=549&65=556&66=570&67=587&68=643&69=646&70=651&74=675&75=685&76=703&77=720&78=725&81=753&82=758&86=780&87=795&88=798&89=811&90=822&91=825&92=832&93=839&94=848&95=851&96=858&97=870&98=875&99=884&100=891&101=896&102=903&103=912&104=919&105=926&106=938&108=952&109=966&110=973&111=1002&112=1023'
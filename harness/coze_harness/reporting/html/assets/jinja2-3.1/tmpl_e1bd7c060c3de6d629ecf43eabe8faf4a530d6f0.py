from jinja2.runtime import LoopContext, Macro, Markup, Namespace, TemplateNotFound, TemplateReference, TemplateRuntimeError, Undefined, escape, identity, internalcode, markup_join, missing, str_join
name = 'trial.html.j2'

def root(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    l_0_second = l_0_row = l_0_facts = l_0_parts_of = l_0_chips_of = l_0_verdict_of = l_0_verdicts_of = l_0_message_of = l_0_chat_of = l_0_diff_of = l_0_bar_of = l_0_http_of = l_0_ids_of = l_0_body = missing
    try:
        t_1 = environment.filters['length']
    except KeyError:
        @internalcode
        def t_1(*unused):
            raise TemplateRuntimeError("No filter named 'length' found.")
    try:
        t_2 = environment.filters['list']
    except KeyError:
        @internalcode
        def t_2(*unused):
            raise TemplateRuntimeError("No filter named 'list' found.")
    try:
        t_3 = environment.filters['selectattr']
    except KeyError:
        @internalcode
        def t_3(*unused):
            raise TemplateRuntimeError("No filter named 'selectattr' found.")
    try:
        t_4 = environment.filters['string']
    except KeyError:
        @internalcode
        def t_4(*unused):
            raise TemplateRuntimeError("No filter named 'string' found.")
    pass
    yield '\n'
    def macro(l_1_text):
        t_5 = []
        if l_1_text is missing:
            l_1_text = undefined("parameter 'text' was not provided", name='text')
        pass
        if l_1_text:
            pass
            t_5.extend((
                ' data-second="',
                escape(l_1_text),
                '"',
            ))
        return concat(t_5)
    context.exported_vars.add('second')
    context.vars['second'] = l_0_second = Macro(environment, macro, 'second', ('text',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_t):
        t_6 = []
        l_1_word_mark = resolve('word_mark')
        if l_1_t is missing:
            l_1_t = undefined("parameter 't' was not provided", name='t')
        pass
        t_6.extend((
            '<a class="row ',
            escape(environment.getattr(l_1_t, 'status')),
        ))
        if environment.getattr(l_1_t, 'change'):
            pass
            t_6.extend((
                ' ',
                escape(environment.getattr(l_1_t, 'change')),
            ))
        t_6.extend((
            '" href="#s=',
            escape(environment.getattr(l_1_t, 'anchor')),
            '"><span class="st ',
            escape(environment.getattr(l_1_t, 'status')),
            '" data-w="status.',
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
            t_6.extend((
                ' <span class="ch ',
                escape(environment.getattr(l_1_t, 'change')),
                '" data-w="change.',
                escape(environment.getattr(l_1_t, 'change')),
                '">',
                escape((undefined(name='word_mark') if l_1_word_mark is missing else l_1_word_mark)),
                'change.',
                escape(environment.getattr(l_1_t, 'change')),
                escape((undefined(name='word_mark') if l_1_word_mark is missing else l_1_word_mark)),
                '</span>',
            ))
        t_6.append(
            '</b>',
        )
        if (environment.getattr(l_1_t, 'status') == 'fixed'):
            pass
            t_6.extend((
                '<i data-w="trial.fixed">',
                escape((undefined(name='word_mark') if l_1_word_mark is missing else l_1_word_mark)),
                'trial.fixed',
                escape((undefined(name='word_mark') if l_1_word_mark is missing else l_1_word_mark)),
                '</i>',
            ))
        elif environment.getattr(l_1_t, 'reason'):
            pass
            t_6.extend((
                '<i><bdi',
                escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), environment.getattr(l_1_t, 'second_reason'))),
                '>',
                escape(environment.getattr(l_1_t, 'reason')),
                '</bdi></i>',
            ))
        t_6.extend((
            '<span class="f"><bdi>',
            escape(environment.getattr(l_1_t, 'bot')),
            '</bdi>',
        ))
        if (t_1(environment.getattr(l_1_t, 'turns')) > 1):
            pass
            t_6.extend((
                ' · ⇄ ',
                escape(t_1(environment.getattr(l_1_t, 'turns'))),
            ))
        if environment.getattr(l_1_t, 'usage'):
            pass
            t_6.extend((
                ' · ',
                escape(environment.getattr(l_1_t, 'usage')),
                ' tok',
            ))
        t_6.extend((
            ' · ',
            escape(environment.getattr(l_1_t, 'duration')),
            '</span></a>',
        ))
        return concat(t_6)
    context.exported_vars.add('row')
    context.vars['row'] = l_0_row = Macro(environment, macro, 'row', ('t',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_all):
        t_7 = []
        if l_1_all is missing:
            l_1_all = undefined("parameter 'all' was not provided", name='all')
        pass
        for (l_2_key, l_2_value) in l_1_all:
            _loop_vars = {}
            pass
            t_7.extend((
                '<span class="fact"><span data-w="',
                escape(l_2_key),
                '"></span> <b><bdi>',
                escape(l_2_value),
                '</bdi></b></span>',
            ))
        l_2_key = l_2_value = missing
        return concat(t_7)
    context.exported_vars.add('facts')
    context.vars['facts'] = l_0_facts = Macro(environment, macro, 'facts', ('all',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_parts):
        t_8 = []
        if l_1_parts is missing:
            l_1_parts = undefined("parameter 'parts' was not provided", name='parts')
        pass
        for (l_2_text, l_2_tone, l_2_numbers) in l_1_parts:
            _loop_vars = {}
            pass
            if l_2_tone:
                pass
                t_8.extend((
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
                t_8.append(
                    escape(l_2_text),
                )
        l_2_text = l_2_tone = l_2_numbers = missing
        return concat(t_8)
    context.exported_vars.add('parts_of')
    context.vars['parts_of'] = l_0_parts_of = Macro(environment, macro, 'parts_of', ('parts',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_chips):
        t_9 = []
        if l_1_chips is missing:
            l_1_chips = undefined("parameter 'chips' was not provided", name='chips')
        pass
        for (l_2_key, l_2_text, l_2_detail) in l_1_chips:
            _loop_vars = {}
            pass
            t_9.extend((
                '<details class="fold chip"><summary><span data-w="',
                escape(l_2_key),
                '"></span>',
            ))
            if l_2_text:
                pass
                t_9.extend((
                    ' <bdi>',
                    escape(l_2_text),
                    '</bdi>',
                ))
            t_9.append(
                '</summary>',
            )
            if l_2_detail:
                pass
                t_9.extend((
                    '<pre dir="auto">',
                    escape(l_2_detail),
                    '</pre>',
                ))
            t_9.append(
                '</details>',
            )
        l_2_key = l_2_text = l_2_detail = missing
        return concat(t_9)
    context.exported_vars.add('chips_of')
    context.vars['chips_of'] = l_0_chips_of = Macro(environment, macro, 'chips_of', ('chips',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_verdict, l_1_number):
        t_10 = []
        l_1_status = l_1_badge = l_1_kind = l_1_name = l_1_expected = l_1_actual = l_1_reason = l_1_place = l_1_score = l_1_expected2 = l_1_actual2 = l_1_reason2 = missing
        if l_1_verdict is missing:
            l_1_verdict = undefined("parameter 'verdict' was not provided", name='verdict')
        if l_1_number is missing:
            l_1_number = undefined("parameter 'number' was not provided", name='number')
        pass
        (l_1_status, l_1_badge, l_1_kind, l_1_name, l_1_expected, l_1_actual, l_1_reason, l_1_place, l_1_score, l_1_expected2, l_1_actual2, l_1_reason2) = l_1_verdict
        t_10.extend((
            '<li class="',
            escape((undefined(name='status') if l_1_status is missing else l_1_status)),
            '" data-e="',
            escape(l_1_number),
            '" tabindex="-1"><p><span class="nr">',
            escape(l_1_number),
            '</span><span class="st ',
            escape((undefined(name='status') if l_1_status is missing else l_1_status)),
            '" data-w="status.',
            escape((undefined(name='status') if l_1_status is missing else l_1_status)),
            '"></span> <b><bdi>',
        ))
        if (undefined(name='name') if l_1_name is missing else l_1_name):
            pass
            t_10.append(
                escape((undefined(name='name') if l_1_name is missing else l_1_name)),
            )
        else:
            pass
            t_10.append(
                escape((undefined(name='kind') if l_1_kind is missing else l_1_kind)),
            )
        t_10.append(
            '</bdi></b>',
        )
        if (undefined(name='name') if l_1_name is missing else l_1_name):
            pass
            t_10.extend((
                ' <span class="tag"><bdi>',
                escape((undefined(name='kind') if l_1_kind is missing else l_1_kind)),
                '</bdi></span>',
            ))
        if (undefined(name='score') if l_1_score is missing else l_1_score):
            pass
            t_10.extend((
                ' <span class="fact"><span data-w="fact.score"></span> <b>',
                escape((undefined(name='score') if l_1_score is missing else l_1_score)),
                '</b></span>',
            ))
        t_10.append(
            '</p>',
        )
        if (undefined(name='reason') if l_1_reason is missing else l_1_reason):
            pass
            t_10.extend((
                '<p class="reason" dir="auto"',
                escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), (undefined(name='reason2') if l_1_reason2 is missing else l_1_reason2))),
                '>',
                escape((undefined(name='reason') if l_1_reason is missing else l_1_reason)),
                '</p>',
            ))
        t_10.append(
            '<dl>',
        )
        if (undefined(name='expected') if l_1_expected is missing else l_1_expected):
            pass
            t_10.extend((
                '<dt data-w="verdict.expected"></dt><dd dir="auto"><span class="val"',
                escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), (undefined(name='expected2') if l_1_expected2 is missing else l_1_expected2))),
                '>',
                escape((undefined(name='expected') if l_1_expected is missing else l_1_expected)),
                '</span></dd>',
            ))
        if (undefined(name='actual') if l_1_actual is missing else l_1_actual):
            pass
            t_10.append(
                '<dt data-w="verdict.seen"></dt><dd dir="auto"><span class="',
            )
            if ((undefined(name='status') if l_1_status is missing else l_1_status) == 'failed'):
                pass
                t_10.append(
                    'wrong',
                )
            else:
                pass
                t_10.append(
                    'val',
                )
            t_10.extend((
                '"',
                escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), (undefined(name='actual2') if l_1_actual2 is missing else l_1_actual2))),
                '>',
                escape((undefined(name='actual') if l_1_actual is missing else l_1_actual)),
                '</span></dd>',
            ))
        if (undefined(name='place') if l_1_place is missing else l_1_place):
            pass
            t_10.extend((
                '<dt data-w="verdict.at"></dt><dd><code>',
                escape((undefined(name='place') if l_1_place is missing else l_1_place)),
                '</code></dd>',
            ))
        t_10.append(
            '</dl></li>',
        )
        return concat(t_10)
    context.exported_vars.add('verdict_of')
    context.vars['verdict_of'] = l_0_verdict_of = Macro(environment, macro, 'verdict_of', ('verdict', 'number'), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_verdicts):
        t_11 = []
        l_1_values_of = resolve('values_of')
        l_1_kept = missing
        if l_1_verdicts is missing:
            l_1_verdicts = undefined("parameter 'verdicts' was not provided", name='verdicts')
        pass
        l_1_kept = t_2(context.eval_ctx, t_3(context, l_1_verdicts, 'status', 'equalto', 'passed'))
        t_11.append(
            '<div class="exs">',
        )
        if (t_1((undefined(name='kept') if l_1_kept is missing else l_1_kept)) < t_1(l_1_verdicts)):
            pass
            t_11.append(
                '<ul class="verdicts" data-w-label="trial.verdicts">',
            )
            l_2_loop = missing
            for l_2_one, l_2_loop in LoopContext(l_1_verdicts, undefined):
                _loop_vars = {}
                pass
                if (environment.getattr(l_2_one, 'status') != 'passed'):
                    pass
                    t_11.append(
                        escape(context.call((undefined(name='verdict_of') if l_0_verdict_of is missing else l_0_verdict_of), l_2_one, environment.getattr(l_2_loop, 'index'), _loop_vars=_loop_vars)),
                    )
            l_2_loop = l_2_one = missing
            t_11.append(
                '</ul>',
            )
        if (undefined(name='kept') if l_1_kept is missing else l_1_kept):
            pass
            t_11.extend((
                '<details class="kept-list"><summary><span class="ic passed" aria-hidden="true"></span><span data-w="trial.kept" data-v="',
                escape(context.call((undefined(name='values_of') if l_1_values_of is missing else l_1_values_of), {'n': t_4(t_1((undefined(name='kept') if l_1_kept is missing else l_1_kept)))})),
                '"></span></summary><ul class="verdicts" data-w-label="trial.verdicts">',
            ))
            l_2_loop = missing
            for l_2_one, l_2_loop in LoopContext(l_1_verdicts, undefined):
                _loop_vars = {}
                pass
                if (environment.getattr(l_2_one, 'status') == 'passed'):
                    pass
                    t_11.append(
                        escape(context.call((undefined(name='verdict_of') if l_0_verdict_of is missing else l_0_verdict_of), l_2_one, environment.getattr(l_2_loop, 'index'), _loop_vars=_loop_vars)),
                    )
            l_2_loop = l_2_one = missing
            t_11.append(
                '</ul></details>',
            )
        t_11.append(
            '</div>',
        )
        return concat(t_11)
    context.exported_vars.add('verdicts_of')
    context.vars['verdicts_of'] = l_0_verdicts_of = Macro(environment, macro, 'verdicts_of', ('verdicts',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_message):
        t_12 = []
        l_1_values_of = resolve('values_of')
        l_1_key = l_1_label = l_1_nth = l_1_of = l_1_folded = l_1_parts = l_1_lang = l_1_reasoning = l_1_tree = l_1_chips = l_1_is_marked = missing
        if l_1_message is missing:
            l_1_message = undefined("parameter 'message' was not provided", name='message')
        pass
        (l_1_key, l_1_label, l_1_nth, l_1_of, l_1_folded, l_1_parts, l_1_lang, l_1_reasoning, l_1_tree, l_1_chips, l_1_is_marked) = l_1_message
        if ((undefined(name='folded') if l_1_folded is missing else l_1_folded) and (undefined(name='nth') if l_1_nth is missing else l_1_nth)):
            pass
            t_12.extend((
                '<details class="fold inner"><summary data-w="',
                escape((undefined(name='key') if l_1_key is missing else l_1_key)),
                '" data-v="',
                escape(context.call((undefined(name='values_of') if l_1_values_of is missing else l_1_values_of), {'n': t_4((undefined(name='nth') if l_1_nth is missing else l_1_nth))})),
                '"></summary><pre dir="auto">',
                escape(context.call((undefined(name='parts_of') if l_0_parts_of is missing else l_0_parts_of), (undefined(name='parts') if l_1_parts is missing else l_1_parts))),
                '</pre></details>',
            ))
        elif (undefined(name='folded') if l_1_folded is missing else l_1_folded):
            pass
            t_12.extend((
                '<details class="tool"><summary><span data-w="',
                escape((undefined(name='key') if l_1_key is missing else l_1_key)),
                '"></span>',
            ))
            if (undefined(name='label') if l_1_label is missing else l_1_label):
                pass
                t_12.extend((
                    ' <b><bdi>',
                    escape((undefined(name='label') if l_1_label is missing else l_1_label)),
                    '</bdi></b>',
                ))
            t_12.append(
                '</summary>',
            )
            if (undefined(name='parts') if l_1_parts is missing else l_1_parts):
                pass
                t_12.extend((
                    '<pre dir="auto">',
                    escape(context.call((undefined(name='parts_of') if l_0_parts_of is missing else l_0_parts_of), (undefined(name='parts') if l_1_parts is missing else l_1_parts))),
                    '</pre>',
                ))
            for (l_2_chip, l_2_text, l_2_detail) in (undefined(name='chips') if l_1_chips is missing else l_1_chips):
                _loop_vars = {}
                pass
                t_12.extend((
                    '<p class="small" data-w="',
                    escape(l_2_chip),
                    '"></p>',
                ))
                if l_2_detail:
                    pass
                    t_12.extend((
                        '<pre dir="auto">',
                        escape(l_2_detail),
                        '</pre>',
                    ))
            l_2_chip = l_2_text = l_2_detail = missing
            t_12.append(
                '</details>',
            )
        else:
            pass
            t_12.extend((
                '<div class="msg bot"><span class="who"><span data-w="',
                escape((undefined(name='key') if l_1_key is missing else l_1_key)),
                '"',
            ))
            if (undefined(name='of') if l_1_of is missing else l_1_of):
                pass
                t_12.extend((
                    ' data-v="',
                    escape(context.call((undefined(name='values_of') if l_1_values_of is missing else l_1_values_of), {'n': t_4((undefined(name='nth') if l_1_nth is missing else l_1_nth)), 'of': t_4((undefined(name='of') if l_1_of is missing else l_1_of))})),
                    '"',
                ))
            t_12.append(
                '></span>',
            )
            if (undefined(name='label') if l_1_label is missing else l_1_label):
                pass
                t_12.extend((
                    ' <bdi>',
                    escape((undefined(name='label') if l_1_label is missing else l_1_label)),
                    '</bdi>',
                ))
            t_12.append(
                '</span>',
            )
            if (undefined(name='reasoning') if l_1_reasoning is missing else l_1_reasoning):
                pass
                t_12.extend((
                    '<details class="fold"><summary data-w="message.reasoning"></summary><pre dir="auto">',
                    escape((undefined(name='reasoning') if l_1_reasoning is missing else l_1_reasoning)),
                    '</pre></details>',
                ))
            if (undefined(name='tree') if l_1_tree is missing else l_1_tree):
                pass
                t_12.append(
                    '<div class="md" dir="auto"',
                )
                if (undefined(name='lang') if l_1_lang is missing else l_1_lang):
                    pass
                    t_12.extend((
                        ' lang="',
                        escape((undefined(name='lang') if l_1_lang is missing else l_1_lang)),
                        '"',
                    ))
                t_12.extend((
                    ' data-tree="',
                    escape((undefined(name='tree') if l_1_tree is missing else l_1_tree)),
                    '"></div>',
                ))
            if (undefined(name='parts') if l_1_parts is missing else l_1_parts):
                pass
                t_12.append(
                    '<p class="raw" dir="auto"',
                )
                if (undefined(name='lang') if l_1_lang is missing else l_1_lang):
                    pass
                    t_12.extend((
                        ' lang="',
                        escape((undefined(name='lang') if l_1_lang is missing else l_1_lang)),
                        '"',
                    ))
                t_12.extend((
                    '>',
                    escape(context.call((undefined(name='parts_of') if l_0_parts_of is missing else l_0_parts_of), (undefined(name='parts') if l_1_parts is missing else l_1_parts))),
                    '</p>',
                ))
            t_12.extend((
                escape(context.call((undefined(name='chips_of') if l_0_chips_of is missing else l_0_chips_of), (undefined(name='chips') if l_1_chips is missing else l_1_chips))),
                '</div>',
            ))
        return concat(t_12)
    context.exported_vars.add('message_of')
    context.vars['message_of'] = l_0_message_of = Macro(environment, macro, 'message_of', ('message',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_turn, l_1_turns):
        t_13 = []
        l_1_values_of = resolve('values_of')
        l_1_number = l_1_prompt = l_1_lang = l_1_attached = l_1_missing = l_1_messages = l_1_follow_ups = l_1_reply_facts = l_1_ids = l_1_verdicts = missing
        if l_1_turn is missing:
            l_1_turn = undefined("parameter 'turn' was not provided", name='turn')
        if l_1_turns is missing:
            l_1_turns = undefined("parameter 'turns' was not provided", name='turns')
        pass
        (l_1_number, l_1_prompt, l_1_lang, l_1_attached, l_1_missing, l_1_messages, l_1_follow_ups, l_1_reply_facts, l_1_ids, l_1_verdicts) = l_1_turn
        t_13.extend((
            '<div class="turn" data-t="',
            escape((undefined(name='number') if l_1_number is missing else l_1_number)),
            '"><div class="chat"><div class="msg user"><span class="who"',
        ))
        if (l_1_turns > 1):
            pass
            t_13.extend((
                ' data-w="who.prompt_of" data-v="',
                escape(context.call((undefined(name='values_of') if l_1_values_of is missing else l_1_values_of), {'n': t_4((undefined(name='number') if l_1_number is missing else l_1_number)), 'of': t_4(l_1_turns)})),
                '"',
            ))
        else:
            pass
            t_13.append(
                ' data-w="who.prompt"',
            )
        t_13.append(
            '></span><p dir="auto"',
        )
        if (undefined(name='lang') if l_1_lang is missing else l_1_lang):
            pass
            t_13.extend((
                ' lang="',
                escape((undefined(name='lang') if l_1_lang is missing else l_1_lang)),
                '"',
            ))
        t_13.extend((
            '>',
            escape((undefined(name='prompt') if l_1_prompt is missing else l_1_prompt)),
            '</p>',
        ))
        if (undefined(name='attached') if l_1_attached is missing else l_1_attached):
            pass
            t_13.append(
                '<ul class="files" data-w-label="trial.attached">',
            )
            for l_2_name in (undefined(name='attached') if l_1_attached is missing else l_1_attached):
                _loop_vars = {}
                pass
                t_13.extend((
                    '<li><bdi>',
                    escape(l_2_name),
                    '</bdi></li>',
                ))
            l_2_name = missing
            t_13.append(
                '</ul>',
            )
        t_13.append(
            '</div>',
        )
        for l_2_message in (undefined(name='messages') if l_1_messages is missing else l_1_messages):
            _loop_vars = {}
            pass
            t_13.append(
                escape(context.call((undefined(name='message_of') if l_0_message_of is missing else l_0_message_of), l_2_message, _loop_vars=_loop_vars)),
            )
        l_2_message = missing
        if (undefined(name='missing') if l_1_missing is missing else l_1_missing):
            pass
            t_13.extend((
                '<p class="empty" data-w="',
                escape((undefined(name='missing') if l_1_missing is missing else l_1_missing)),
                '"></p>',
            ))
        if (undefined(name='follow_ups') if l_1_follow_ups is missing else l_1_follow_ups):
            pass
            t_13.append(
                '<ul class="asks" data-w-label="trial.asks">',
            )
            for l_2_text in (undefined(name='follow_ups') if l_1_follow_ups is missing else l_1_follow_ups):
                _loop_vars = {}
                pass
                t_13.extend((
                    '<li dir="auto">',
                    escape(l_2_text),
                    '</li>',
                ))
            l_2_text = missing
            t_13.append(
                '</ul>',
            )
        if (undefined(name='reply_facts') if l_1_reply_facts is missing else l_1_reply_facts):
            pass
            t_13.extend((
                '<p class="meta">',
                escape(context.call((undefined(name='facts') if l_0_facts is missing else l_0_facts), (undefined(name='reply_facts') if l_1_reply_facts is missing else l_1_reply_facts))),
                '</p>',
            ))
        t_13.append(
            '</div>',
        )
        if (undefined(name='verdicts') if l_1_verdicts is missing else l_1_verdicts):
            pass
            t_13.append(
                escape(context.call((undefined(name='verdicts_of') if l_0_verdicts_of is missing else l_0_verdicts_of), (undefined(name='verdicts') if l_1_verdicts is missing else l_1_verdicts))),
            )
        t_13.append(
            '</div>',
        )
        return concat(t_13)
    context.exported_vars.add('chat_of')
    context.vars['chat_of'] = l_0_chat_of = Macro(environment, macro, 'chat_of', ('turn', 'turns'), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_diff):
        t_14 = []
        if l_1_diff is missing:
            l_1_diff = undefined("parameter 'diff' was not provided", name='diff')
        pass
        if environment.getattr(l_1_diff, 'kind'):
            pass
            t_14.extend((
                '<p><span class="ch ',
                escape(environment.getattr(l_1_diff, 'kind')),
                '" data-w="change.',
                escape(environment.getattr(l_1_diff, 'kind')),
                '"></span></p>',
            ))
        else:
            pass
            t_14.append(
                '<p class="small" data-w="diff.expected_seen"></p>',
            )
        for (l_2_number, l_2_answer, l_2_similarity, l_2_flips, l_2_facts, l_2_tree, l_2_rewritten, l_2_kept, l_2_is_paced) in environment.getattr(l_1_diff, 'turns'):
            l_2_values_of = resolve('values_of')
            _loop_vars = {}
            pass
            t_14.append(
                '<div class="change"',
            )
            if l_2_answer:
                pass
                t_14.extend((
                    ' data-answer="',
                    escape(l_2_answer),
                    '"',
                ))
            t_14.extend((
                ' data-turn="',
                escape(l_2_number),
                '"><h3 data-w="diff.turn" data-v="',
                escape(context.call((undefined(name='values_of') if l_2_values_of is missing else l_2_values_of), {'n': t_4(l_2_number)}, _loop_vars=_loop_vars)),
                '"></h3>\n<p class="small">',
            ))
            if l_2_answer:
                pass
                t_14.extend((
                    '<span data-w="answer.',
                    escape(l_2_answer),
                    '"></span>',
                ))
            if l_2_similarity:
                pass
                t_14.extend((
                    ' <span class="fact"><span data-w="diff.similarity"></span> <b>',
                    escape(l_2_similarity),
                    '</b></span>',
                ))
            t_14.append(
                '</p>',
            )
            if l_2_flips:
                pass
                t_14.append(
                    '<ul class="flips" data-w-label="diff.flips">',
                )
                for (l_3_kind, l_3_name, l_3_expected, l_3_place, l_3_before, l_3_after, l_3_expected2, l_3_seen1, l_3_seen2, l_3_second1, l_3_second2) in l_2_flips:
                    _loop_vars = {}
                    pass
                    t_14.append(
                        '<li><b><bdi>',
                    )
                    if l_3_name:
                        pass
                        t_14.append(
                            escape(l_3_name),
                        )
                    else:
                        pass
                        t_14.append(
                            escape(l_3_kind),
                        )
                    t_14.extend((
                        '</bdi></b> <span class="st ',
                        escape((l_3_before or 'none')),
                        '" data-w="status.',
                        escape((l_3_before or 'none')),
                        '"></span>',
                    ))
                    if l_3_seen1:
                        pass
                        t_14.extend((
                            ' <bdi',
                            escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), l_3_second1, _loop_vars=_loop_vars)),
                            '>',
                            escape(l_3_seen1),
                            '</bdi>',
                        ))
                    t_14.extend((
                        ' → <span class="st ',
                        escape((l_3_after or 'none')),
                        '" data-w="status.',
                        escape((l_3_after or 'none')),
                        '"></span>',
                    ))
                    if l_3_seen2:
                        pass
                        t_14.extend((
                            ' <bdi',
                            escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), l_3_second2, _loop_vars=_loop_vars)),
                            '>',
                            escape(l_3_seen2),
                            '</bdi>',
                        ))
                    if l_3_expected:
                        pass
                        t_14.extend((
                            ' <span class="reason" dir="auto"',
                            escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), l_3_expected2, _loop_vars=_loop_vars)),
                            '>',
                            escape(l_3_expected),
                            '</span>',
                        ))
                    if l_3_place:
                        pass
                        t_14.extend((
                            ' <code>',
                            escape(l_3_place),
                            '</code>',
                        ))
                    t_14.append(
                        '</li>',
                    )
                l_3_kind = l_3_name = l_3_expected = l_3_place = l_3_before = l_3_after = l_3_expected2 = l_3_seen1 = l_3_seen2 = l_3_second1 = l_3_second2 = missing
                t_14.append(
                    '</ul>',
                )
            t_14.append(
                '<div class="diff',
            )
            if l_2_rewritten:
                pass
                t_14.append(
                    ' whole',
                )
            t_14.extend((
                '" dir="auto" data-tree="',
                escape(l_2_tree),
                '"></div>',
            ))
            if l_2_facts:
                pass
                t_14.append(
                    '<div class="scroll" tabindex="0" role="group" data-w-label="diff.facts"><table class="sides"><thead><tr><td></td><th scope="col" data-w="diff.before"></th><th scope="col" data-w="diff.now"></th></tr></thead><tbody>',
                )
                for (l_3_key, l_3_before, l_3_after) in l_2_facts:
                    _loop_vars = {}
                    pass
                    t_14.extend((
                        '<tr><th scope="row" data-w="',
                        escape(l_3_key),
                        '"></th><td dir="auto">',
                        escape(l_3_before),
                        '</td><td dir="auto">',
                        escape(l_3_after),
                        '</td></tr>',
                    ))
                l_3_key = l_3_before = l_3_after = missing
                t_14.append(
                    '</tbody></table></div>',
                )
            t_14.append(
                '</div>',
            )
        l_2_number = l_2_answer = l_2_similarity = l_2_flips = l_2_facts = l_2_tree = l_2_rewritten = l_2_kept = l_2_is_paced = l_2_values_of = missing
        return concat(t_14)
    context.exported_vars.add('diff_of')
    context.vars['diff_of'] = l_0_diff_of = Macro(environment, macro, 'diff_of', ('diff',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_total, l_1_tone, l_1_start, l_1_width, l_1_before):
        t_15 = []
        if l_1_total is missing:
            l_1_total = undefined("parameter 'total' was not provided", name='total')
        if l_1_tone is missing:
            l_1_tone = undefined("parameter 'tone' was not provided", name='tone')
        if l_1_start is missing:
            l_1_start = undefined("parameter 'start' was not provided", name='start')
        if l_1_width is missing:
            l_1_width = undefined("parameter 'width' was not provided", name='width')
        if l_1_before is missing:
            l_1_before = undefined("parameter 'before' was not provided", name='before')
        pass
        t_15.extend((
            '<svg viewBox="0 0 ',
            escape(l_1_total),
            ' 1" preserveAspectRatio="none" aria-hidden="true"><rect class="',
            escape(l_1_tone),
            '" x="',
            escape(l_1_start),
            '" width="',
            escape(l_1_width),
            '" height="1"',
        ))
        if l_1_before:
            pass
            t_15.extend((
                ' transform="translate(-',
                escape(l_1_width),
                ')"',
            ))
        t_15.append(
            '></rect></svg>',
        )
        return concat(t_15)
    context.exported_vars.add('bar_of')
    context.vars['bar_of'] = l_0_bar_of = Macro(environment, macro, 'bar_of', ('total', 'tone', 'start', 'width', 'before'), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_http, l_1_recorded):
        t_16 = []
        if l_1_http is missing:
            l_1_http = undefined("parameter 'http' was not provided", name='http')
        if l_1_recorded is missing:
            l_1_recorded = undefined("parameter 'recorded' was not provided", name='recorded')
        pass
        t_16.extend((
            '<p class="meta"><span class="fact"><span data-w="http.total"></span> <b>',
            escape(environment.getattr(l_1_http, 'total')),
            ' s</b></span><span class="fact"><span data-w="http.requests"></span> <b>',
            escape(environment.getattr(l_1_http, 'total_requests')),
            ' s</b></span><span class="fact"><span data-w="http.waited"></span> <b>',
            escape(environment.getattr(l_1_http, 'total_wait')),
            ' s</b></span><span>',
        ))
        if l_1_recorded:
            pass
            t_16.extend((
                '<span data-w="http.recorded"></span> <b>',
                escape(l_1_recorded),
                '</b>',
            ))
        else:
            pass
            t_16.append(
                '<span data-w="http.log"></span>',
            )
        t_16.append(
            '</span></p>\n<div class="scroll panel" tabindex="0" role="group" data-w-label="http.calls"><table class="wf"><thead><tr><th scope="col" data-w="http.call"></th><th scope="col" data-w="http.status"></th><th scope="col" class="num-cell" data-w="http.elapsed"></th><th scope="col" data-w-label="http.drawn"><span class="axis">',
        )
        for l_2_mark in environment.getattr(l_1_http, 'marks'):
            _loop_vars = {}
            pass
            t_16.extend((
                '<span>',
                escape(l_2_mark),
                '</span>',
            ))
        l_2_mark = missing
        t_16.append(
            '</span></th></tr></thead><tbody>',
        )
        for (l_2_method, l_2_path, l_2_repeats, l_2_status, l_2_code, l_2_start, l_2_elapsed, l_2_wait, l_2_at, l_2_data, l_2_wait_key, l_2_refused) in environment.getattr(l_1_http, 'calls'):
            _loop_vars = {}
            pass
            if l_2_wait:
                pass
                t_16.extend((
                    '<tr class="wait"><th scope="row" data-w="',
                    escape(l_2_wait_key),
                    '"></th><td class="stt"></td><td class="num-cell">',
                    escape(l_2_wait),
                    ' s</td><td class="bar-cell">',
                    escape(context.call((undefined(name='bar_of') if l_0_bar_of is missing else l_0_bar_of), environment.getattr(l_1_http, 'total'), 'wt', l_2_start, l_2_wait, True, _loop_vars=_loop_vars)),
                    '</td></tr>',
                ))
            t_16.extend((
                '<tr><th scope="row">',
                escape(l_2_method),
                ' <bdi>',
                escape(l_2_path),
                '</bdi>',
            ))
            if l_2_repeats:
                pass
                t_16.extend((
                    ' × ',
                    escape(l_2_repeats),
                ))
            t_16.append(
                '</th><td class="stt',
            )
            if l_2_refused:
                pass
                t_16.append(
                    ' bad-code',
                )
            t_16.extend((
                '">',
                escape(l_2_status),
            ))
            if l_2_code:
                pass
                t_16.extend((
                    ' · ',
                    escape(l_2_code),
                ))
            t_16.extend((
                '</td><td class="num-cell">',
                escape(l_2_elapsed),
                ' s</td><td class="bar-cell">',
                escape(context.call((undefined(name='bar_of') if l_0_bar_of is missing else l_0_bar_of), environment.getattr(l_1_http, 'total'), ('er' if l_2_refused else 'rq'), l_2_start, l_2_elapsed, False, _loop_vars=_loop_vars)),
                '</td></tr>',
            ))
        l_2_method = l_2_path = l_2_repeats = l_2_status = l_2_code = l_2_start = l_2_elapsed = l_2_wait = l_2_at = l_2_data = l_2_wait_key = l_2_refused = missing
        t_16.append(
            '</tbody></table></div>',
        )
        if environment.getattr(l_1_http, 'may_hide_retries'):
            pass
            t_16.append(
                '<p class="small" data-w="http.no_retries"></p>',
            )
        t_16.append(
            '<details class="fold"><summary data-w="http.again"></summary>',
        )
        for (l_2_method, l_2_path, l_2_repeats, l_2_status, l_2_code, l_2_start, l_2_elapsed, l_2_wait, l_2_at, l_2_data, l_2_wait_key, l_2_refused) in environment.getattr(l_1_http, 'calls'):
            _loop_vars = {}
            pass
            t_16.extend((
                '<pre class="curl" dir="ltr">curl -X ',
                escape(l_2_method),
                ' "${COZE_API_BASE:-https://api.coze.com}"',
                escape(l_2_at),
                ' -H "Authorization: Bearer $COZE_API_TOKEN"',
            ))
            if l_2_data:
                pass
                t_16.extend((
                    ' ',
                    escape(l_2_data),
                ))
            t_16.append(
                '</pre>',
            )
        l_2_method = l_2_path = l_2_repeats = l_2_status = l_2_code = l_2_start = l_2_elapsed = l_2_wait = l_2_at = l_2_data = l_2_wait_key = l_2_refused = missing
        t_16.append(
            '</details>',
        )
        return concat(t_16)
    context.exported_vars.add('http_of')
    context.vars['http_of'] = l_0_http_of = Macro(environment, macro, 'http_of', ('http', 'recorded'), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_t):
        t_17 = []
        if l_1_t is missing:
            l_1_t = undefined("parameter 't' was not provided", name='t')
        pass
        if t_2(context.eval_ctx, t_3(context, environment.getattr(l_1_t, 'turns'), 'ids')):
            pass
            t_17.append(
                '<details class="ids"><summary data-w="trial.ids"></summary><dl>',
            )
            for l_2_turn in environment.getattr(l_1_t, 'turns'):
                _loop_vars = {}
                pass
                for (l_3_key, l_3_value) in environment.getattr(l_2_turn, 'ids'):
                    l_3_values_of = resolve('values_of')
                    _loop_vars = {}
                    pass
                    t_17.extend((
                        '<dt><span data-w="',
                        escape(l_3_key),
                        '"></span>',
                    ))
                    if (t_1(environment.getattr(l_1_t, 'turns')) > 1):
                        pass
                        t_17.extend((
                            ' <span data-w="diff.turn" data-v="',
                            escape(context.call((undefined(name='values_of') if l_3_values_of is missing else l_3_values_of), {'n': t_4(environment.getattr(l_2_turn, 'number'))}, _loop_vars=_loop_vars)),
                            '"></span>',
                        ))
                    t_17.extend((
                        '</dt><dd>',
                        escape(l_3_value),
                        '</dd>',
                    ))
                l_3_key = l_3_value = l_3_values_of = missing
            l_2_turn = missing
            t_17.append(
                '</dl></details>',
            )
        return concat(t_17)
    context.exported_vars.add('ids_of')
    context.vars['ids_of'] = l_0_ids_of = Macro(environment, macro, 'ids_of', ('t',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_t):
        t_18 = []
        l_1_values_of = resolve('values_of')
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
        t_18.extend((
            '<article class="trial ',
            escape(environment.getattr(l_1_t, 'status')),
            '" id="s=',
            escape(environment.getattr(l_1_t, 'anchor')),
            '" data-id="',
            escape(environment.getattr(l_1_t, 'anchor')),
            '"><header><span class="pill ',
            escape(environment.getattr(l_1_t, 'status')),
            '"><span class="ic ',
            escape(environment.getattr(l_1_t, 'status')),
            '" aria-hidden="true"></span><span data-w="status.',
            escape(environment.getattr(l_1_t, 'status')),
            '"></span></span><h2><bdi>',
            escape(environment.getattr(l_1_t, 'name')),
            '</bdi></h2>',
        ))
        if environment.getattr(l_1_t, 'change'):
            pass
            t_18.extend((
                '<span class="ch ',
                escape(environment.getattr(l_1_t, 'change')),
                '" data-w="change.',
                escape(environment.getattr(l_1_t, 'change')),
                '"></span>',
            ))
        t_18.extend((
            '<span class="soft"><bdi>',
            escape(environment.getattr(l_1_t, 'bot')),
            '</bdi></span>',
        ))
        if (t_1((undefined(name='turns') if l_1_turns is missing else l_1_turns)) > 1):
            pass
            t_18.extend((
                '<span class="soft" data-w="trial.turns" data-v="',
                escape(context.call((undefined(name='values_of') if l_1_values_of is missing else l_1_values_of), {'n': t_4(t_1((undefined(name='turns') if l_1_turns is missing else l_1_turns)))})),
                '"></span>',
            ))
        t_18.extend((
            '<span class="soft">',
            escape(environment.getattr(l_1_t, 'duration')),
            '</span>',
        ))
        if environment.getattr(l_1_t, 'usage'):
            pass
            t_18.extend((
                '<span class="soft"><span>',
                escape(environment.getattr(l_1_t, 'usage')),
                '</span> <span data-w="fact.tokens"></span></span>',
            ))
        if environment.getattr(l_1_t, 'place'):
            pass
            t_18.extend((
                '<code>',
                escape(environment.getattr(l_1_t, 'place')),
                '</code>',
            ))
        for l_2_tag in environment.getattr(l_1_t, 'tags'):
            _loop_vars = {}
            pass
            t_18.extend((
                '<span class="tag"><bdi>',
                escape(l_2_tag),
                '</bdi></span>',
            ))
        l_2_tag = missing
        t_18.append(
            escape(context.call((undefined(name='ids_of') if l_0_ids_of is missing else l_0_ids_of), l_1_t)),
        )
        if (environment.getattr(l_1_t, 'status') == 'fixed'):
            pass
            t_18.append(
                '<p class="why passed" data-w="trial.fixed"></p>',
            )
        elif (environment.getattr(l_1_t, 'reason') and (not environment.getattr(l_1_t, 'error'))):
            pass
            t_18.append(
                '<p class="why ',
            )
            if (environment.getattr(l_1_t, 'status') == 'passed'):
                pass
                t_18.append(
                    'warning',
                )
            else:
                pass
                t_18.append(
                    escape(environment.getattr(l_1_t, 'status')),
                )
            t_18.extend((
                '" dir="auto"',
                escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), environment.getattr(l_1_t, 'second_reason'))),
                '>',
                escape(environment.getattr(l_1_t, 'reason')),
                '</p>',
            ))
        if environment.getattr(l_1_t, 'known_failure'):
            pass
            t_18.extend((
                '<div class="note known_failure"><b data-w="status.known_failure"></b> <bdi>',
                escape(environment.getattr(l_1_t, 'known_failure')),
                '</bdi></div>',
            ))
        if environment.getattr(l_1_t, 'error'):
            pass
            (l_1_kind, l_1_what, l_1_where, l_1_next_step, l_1_detail, l_1_log_id, l_1_what2, l_1_next_step2, l_1_detail2) = environment.getattr(l_1_t, 'error')
            t_18.extend((
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
                t_18.extend((
                    '<pre dir="auto"',
                    escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), (undefined(name='detail2') if l_1_detail2 is missing else l_1_detail2))),
                    '>',
                    escape((undefined(name='detail') if l_1_detail is missing else l_1_detail)),
                    '</pre>',
                ))
            if (undefined(name='where') if l_1_where is missing else l_1_where):
                pass
                t_18.extend((
                    '<p><span data-w="verdict.at"></span> <code>',
                    escape((undefined(name='where') if l_1_where is missing else l_1_where)),
                    '</code></p>',
                ))
            if (undefined(name='log_id') if l_1_log_id is missing else l_1_log_id):
                pass
                t_18.extend((
                    '<p><span data-w="fact.log_id"></span> <code>',
                    escape((undefined(name='log_id') if l_1_log_id is missing else l_1_log_id)),
                    '</code></p>',
                ))
            if (undefined(name='next_step') if l_1_next_step is missing else l_1_next_step):
                pass
                t_18.extend((
                    '<p><b data-w="trial.next"></b> <bdi',
                    escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), (undefined(name='next_step2') if l_1_next_step2 is missing else l_1_next_step2))),
                    '>',
                    escape((undefined(name='next_step') if l_1_next_step is missing else l_1_next_step)),
                    '</bdi></p>',
                ))
            t_18.append(
                '</div>',
            )
        for (l_2_warning, l_2_warning2) in environment.getattr(l_1_t, 'warnings'):
            _loop_vars = {}
            pass
            t_18.extend((
                '<div class="note warning"><b data-w="status.warning"></b> <bdi',
                escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), l_2_warning2, _loop_vars=_loop_vars)),
                '>',
                escape(l_2_warning),
                '</bdi></div>',
            ))
        l_2_warning = l_2_warning2 = missing
        t_18.append(
            '</header>\n<div class="tabs" role="tablist" data-w-label="tab.all">',
        )
        for l_2_tab in ('chat', 'diff', 'http', 'json', 'history'):
            _loop_vars = {}
            pass
            t_18.extend((
                '<button type="button" role="tab" data-tab="',
                escape(l_2_tab),
                '" data-w="tab.',
                escape(l_2_tab),
                '"></button>',
            ))
        l_2_tab = missing
        t_18.append(
            '</div>\n<section data-panel="chat">',
        )
        if (undefined(name='turns') if l_1_turns is missing else l_1_turns):
            pass
            t_18.append(
                '<div class="turns">',
            )
            for l_2_turn in (undefined(name='turns') if l_1_turns is missing else l_1_turns):
                _loop_vars = {}
                pass
                t_18.append(
                    escape(context.call((undefined(name='chat_of') if l_0_chat_of is missing else l_0_chat_of), l_2_turn, t_1((undefined(name='turns') if l_1_turns is missing else l_1_turns)), _loop_vars=_loop_vars)),
                )
            l_2_turn = missing
            t_18.append(
                '</div>',
            )
        if (environment.getattr(l_1_t, 'bot_facts') or environment.getattr(l_1_t, 'cassette')):
            pass
            t_18.append(
                '<details class="fold block"><summary data-w="trial.bot_and_cassette"></summary><dl>',
            )
            for (l_2_key, l_2_value, l_2_value2) in environment.getattr(l_1_t, 'bot_facts'):
                _loop_vars = {}
                pass
                t_18.extend((
                    '<dt data-w="',
                    escape(l_2_key),
                    '"></dt><dd dir="auto"',
                    escape(context.call((undefined(name='second') if l_0_second is missing else l_0_second), l_2_value2, _loop_vars=_loop_vars)),
                    '>',
                    escape(l_2_value),
                    '</dd>',
                ))
            l_2_key = l_2_value = l_2_value2 = missing
            if environment.getattr(l_1_t, 'cassette'):
                pass
                t_18.extend((
                    '<dt data-w="fact.cassette"></dt><dd><code>',
                    escape(environment.getattr(l_1_t, 'cassette')),
                    '</code></dd>',
                ))
            t_18.append(
                '</dl></details>',
            )
        t_18.append(
            '</section>\n<section data-panel="diff"',
        )
        if (not environment.getattr(l_1_t, 'diff')):
            pass
            t_18.append(
                ' class="nothing"',
            )
        t_18.append(
            '>',
        )
        if environment.getattr(l_1_t, 'diff'):
            pass
            t_18.append(
                escape(context.call((undefined(name='diff_of') if l_0_diff_of is missing else l_0_diff_of), environment.getattr(l_1_t, 'diff'))),
            )
        else:
            pass
            t_18.append(
                '<p class="empty" data-w="diff.none"></p>',
            )
        t_18.append(
            '</section>\n<section data-panel="http"',
        )
        if (not environment.getattr(l_1_t, 'http')):
            pass
            t_18.append(
                ' class="nothing"',
            )
        t_18.append(
            '>',
        )
        if environment.getattr(l_1_t, 'http'):
            pass
            t_18.append(
                escape(context.call((undefined(name='http_of') if l_0_http_of is missing else l_0_http_of), environment.getattr(l_1_t, 'http'), environment.getattr(l_1_t, 'recorded_at'))),
            )
        else:
            pass
            t_18.append(
                '<p class="empty" data-w="http.none"></p>',
            )
        t_18.append(
            '</section>\n<section data-panel="json"><button type="button" class="copy" data-w="json.copy"></button><pre class="json" dir="ltr" tabindex="0"></pre></section>\n<section data-panel="history" class="strip"></section></article>',
        )
        return concat(t_18)
    context.exported_vars.add('body')
    context.vars['body'] = l_0_body = Macro(environment, macro, 'body', ('t',), False, False, False, context.eval_ctx.autoescape)

blocks = {}
debug_info = '6=37&8=53&9=61&10=82&11=102&12=122&15=147&16=152&19=167&20=172&23=196&24=201&27=234&28=242&29=245&30=269&31=276&32=286&33=298&34=307&35=329&39=343&40=350&41=354&42=372&45=399&46=406&47=407&48=411&49=418&50=422&52=465&53=488&54=495&55=512&56=530&60=537&61=546&62=549&63=579&64=599&65=606&66=613&67=630&68=640&71=652&72=657&73=671&74=678&75=692&76=709&77=788&78=798&79=803&84=827&85=842&88=865&89=874&90=896&91=908&92=911&93=924&95=964&97=972&98=977&103=999&104=1004&107=1042&108=1058&109=1061&110=1076&111=1087&112=1090&113=1099&114=1102&115=1109&116=1116&117=1126&118=1128&119=1133&120=1155&121=1162&122=1167&123=1174&124=1183&125=1190&126=1197&127=1209&129=1223&130=1237&131=1252&132=1283&133=1304'
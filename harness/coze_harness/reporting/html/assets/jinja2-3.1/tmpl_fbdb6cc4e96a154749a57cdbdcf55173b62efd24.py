from jinja2.runtime import LoopContext, Macro, Markup, Namespace, TemplateNotFound, TemplateReference, TemplateRuntimeError, Undefined, escape, identity, internalcode, markup_join, missing, str_join
name = 'compare.html.j2'

def root(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    l_0_causes = resolve('causes')
    l_0_word = resolve('word')
    l_0_review = resolve('review')
    l_0_view = resolve('view')
    l_0_phrase = resolve('phrase')
    l_0_label = resolve('label')
    l_0_node = l_0_segments = l_0_icon = l_0_pips = l_0_decide = l_0_decided = l_0_attributes = l_0_expectations = l_0_happened = l_0_assessed = missing
    try:
        t_1 = environment.filters['length']
    except KeyError:
        @internalcode
        def t_1(*unused):
            raise TemplateRuntimeError("No filter named 'length' found.")
    pass
    included_template = environment.get_template('nodes.html.j2', 'compare.html.j2')._get_default_module(context)
    l_0_node = getattr(included_template, 'node', missing)
    if l_0_node is missing:
        l_0_node = undefined(f"the template {included_template.__name__!r} (imported on line 2 in 'compare.html.j2') does not export the requested name 'node'", name='node')
    l_0_segments = getattr(included_template, 'segments', missing)
    if l_0_segments is missing:
        l_0_segments = undefined(f"the template {included_template.__name__!r} (imported on line 2 in 'compare.html.j2') does not export the requested name 'segments'", name='segments')
    context.vars.update({'node': l_0_node, 'segments': l_0_segments})
    context.exported_vars.difference_update(('node', 'segments'))
    def macro(l_1_state):
        t_2 = []
        if l_1_state is missing:
            l_1_state = undefined("parameter 'state' was not provided", name='state')
        pass
        t_2.extend((
            '<span class="ic ',
            escape(l_1_state),
            '" aria-hidden="true"></span>',
        ))
        return concat(t_2)
    context.exported_vars.add('icon')
    context.vars['icon'] = l_0_icon = Macro(environment, macro, 'icon', ('state',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_marks):
        t_3 = []
        if l_1_marks is missing:
            l_1_marks = undefined("parameter 'marks' was not provided", name='marks')
        pass
        if l_1_marks:
            pass
            t_3.extend((
                '<svg class="pips" width="',
                escape((t_1(l_1_marks) * 7)),
                '" height="14" aria-hidden="true">',
            ))
            l_2_loop = missing
            for l_2_passed, l_2_loop in LoopContext(l_1_marks, undefined):
                _loop_vars = {}
                pass
                t_3.extend((
                    '<rect class="',
                    escape(('p' if l_2_passed else 'x')),
                    '" x="',
                    escape(((environment.getattr(l_2_loop, 'index0') * 7) + 1)),
                    '" y="1" width="5" height="12" rx="1.5"></rect>',
                ))
            l_2_loop = l_2_passed = missing
            t_3.append(
                '</svg>',
            )
        return concat(t_3)
    context.exported_vars.add('pips')
    context.vars['pips'] = l_0_pips = Macro(environment, macro, 'pips', ('marks',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_card, l_1_short):
        t_4 = []
        l_1_values_of = resolve('values_of')
        l_1_text = resolve('text')
        if l_1_card is missing:
            l_1_card = undefined("parameter 'card' was not provided", name='card')
        if l_1_short is missing:
            l_1_short = undefined("parameter 'short' was not provided", name='short')
        pass
        t_4.extend((
            '<div class="dec" role="group" data-w-label="decide.decision" data-v="',
            escape(context.call((undefined(name='values_of') if l_1_values_of is missing else l_1_values_of), {'name': environment.getattr(l_1_card, 'label')})),
            '" aria-label="',
            escape(context.call((undefined(name='text') if l_1_text is missing else l_1_text), 'decide.decision', {'name': environment.getattr(l_1_card, 'label')})),
            '">\n<button type="button" class="wide" data-do="accept">',
            escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), ('decide.accept_failing' if (environment.getattr(l_1_card, 'fails') and (not l_1_short)) else 'decide.accept'))),
            '<kbd aria-hidden="true">a</kbd></button>\n<button type="button" data-do="reject">',
            escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.reject')),
            '<kbd aria-hidden="true">r</kbd></button>\n',
        ))
        if (not l_1_short):
            pass
            t_4.extend((
                '<button type="button" data-do="edit">',
                escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.edit')),
                '<kbd aria-hidden="true">e</kbd></button>\n',
            ))
        t_4.append(
            '</div>\n',
        )
        return concat(t_4)
    context.exported_vars.add('decide')
    context.vars['decide'] = l_0_decide = Macro(environment, macro, 'decide', ('card', 'short'), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro():
        t_5 = []
        l_1_text = resolve('text')
        pass
        t_5.extend((
            '<span class="decided" hidden><b data-w="decide.decided.accept">',
            escape(context.call((undefined(name='text') if l_1_text is missing else l_1_text), 'decide.decided.accept')),
            '</b> <button type="button" class="quiet" data-do="undo">',
            escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.undo')),
            '</button></span>',
        ))
        return concat(t_5)
    context.exported_vars.add('decided')
    context.vars['decided'] = l_0_decided = Macro(environment, macro, 'decided', (), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_card):
        t_6 = []
        if l_1_card is missing:
            l_1_card = undefined("parameter 'card' was not provided", name='card')
        pass
        t_6.extend((
            'id="c=',
            escape(environment.getattr(l_1_card, 'anchor')),
            '" data-card="',
            escape(environment.getattr(l_1_card, 'anchor')),
            '" data-state="',
            escape(environment.getattr(l_1_card, 'state')),
            '" data-scenario="',
            escape(environment.getattr(l_1_card, 'scenario')),
            '" data-bot="',
            escape(environment.getattr(l_1_card, 'bot')),
            '" data-ids="',
            escape(environment.getattr(l_1_card, 'ids')),
            '"',
        ))
        if environment.getattr(l_1_card, 'fails'):
            pass
            t_6.append(
                ' data-fails="1"',
            )
        if environment.getattr(l_1_card, 'is_safe'):
            pass
            t_6.append(
                ' data-safe="1"',
            )
        return concat(t_6)
    context.exported_vars.add('attributes')
    context.vars['attributes'] = l_0_attributes = Macro(environment, macro, 'attributes', ('card',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_diff):
        t_7 = []
        if l_1_diff is missing:
            l_1_diff = undefined("parameter 'diff' was not provided", name='diff')
        pass
        t_7.extend((
            '<table class="exp">\n<thead><tr><th scope="col">',
            escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.expectation')),
            '</th><th scope="col">',
            escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.required')),
            '</th><th scope="col">',
            escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.before')),
            '</th><th scope="col">',
            escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.now')),
            '</th></tr></thead>\n<tbody>\n',
        ))
        for l_2_flip in environment.getattr(l_1_diff, 'flips'):
            _loop_vars = {}
            pass
            t_7.extend((
                '<tr><th scope="row"><bdi>',
                escape((environment.getattr(l_2_flip, 'name') or environment.getattr(l_2_flip, 'kind'))),
                '</bdi></th><td data-w-cell="decide.required"><bdi',
            ))
            if environment.getattr(l_2_flip, 'second_expected'):
                pass
                t_7.extend((
                    ' data-second="',
                    escape(environment.getattr(l_2_flip, 'second_expected')),
                    '"',
                ))
            t_7.extend((
                '>',
                escape(environment.getattr(l_2_flip, 'expected')),
                '</bdi></td>',
            ))
            for (l_3_status, l_3_seen, l_3_second, l_3_key) in ((environment.getattr(l_2_flip, 'before'), environment.getattr(l_2_flip, 'seen_before'), environment.getattr(l_2_flip, 'second_seen_before'), 'decide.before'), (environment.getattr(l_2_flip, 'after'), environment.getattr(l_2_flip, 'seen_after'), environment.getattr(l_2_flip, 'second_seen_after'), 'decide.now')):
                _loop_vars = {}
                pass
                t_7.extend((
                    '<td class="',
                    escape((l_3_status or 'none')),
                    '"><span class="cell">',
                    escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), l_3_key, _loop_vars=_loop_vars)),
                    '</span> ',
                    escape(context.call((undefined(name='icon') if l_0_icon is missing else l_0_icon), (l_3_status or 'none'), _loop_vars=_loop_vars)),
                ))
                if l_3_seen:
                    pass
                    t_7.extend((
                        '<span class="sr">',
                        escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), markup_join(('status.', (l_3_status or 'none'), )), _loop_vars=_loop_vars)),
                        '</span> <bdi class="',
                        escape(('wrong' if (l_3_status == 'failed') else '')),
                        '"',
                    ))
                    if l_3_second:
                        pass
                        t_7.extend((
                            ' data-second="',
                            escape(l_3_second),
                            '"',
                        ))
                    t_7.extend((
                        '>',
                        escape(l_3_seen),
                        '</bdi>',
                    ))
                else:
                    pass
                    t_7.extend((
                        ' ',
                        escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), markup_join(('status.', (l_3_status or 'none'), )), _loop_vars=_loop_vars)),
                    ))
                t_7.append(
                    '</td>',
                )
            l_3_status = l_3_seen = l_3_second = l_3_key = missing
            t_7.append(
                '</tr>\n',
            )
        l_2_flip = missing
        t_7.append(
            '</tbody>\n</table>\n',
        )
        return concat(t_7)
    context.exported_vars.add('expectations')
    context.vars['expectations'] = l_0_expectations = Macro(environment, macro, 'expectations', ('diff',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_card):
        t_8 = []
        if l_1_card is missing:
            l_1_card = undefined("parameter 'card' was not provided", name='card')
        pass
        if environment.getattr(l_1_card, 'cases'):
            pass
            t_8.extend((
                '<p class="small">',
                escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.cases', {'n': (t_1(environment.getattr(l_1_card, 'cases')) + environment.getattr(l_1_card, 'more_cases'))})),
                ' ',
            ))
            for l_2_case in environment.getattr(l_1_card, 'cases'):
                l_2_href = resolve('href')
                _loop_vars = {}
                pass
                t_8.extend((
                    '<a class="case" href="',
                    escape(context.call((undefined(name='href') if l_2_href is missing else l_2_href), environment.getattr(l_2_case, 'anchor'), _loop_vars=_loop_vars)),
                    '">',
                    escape(context.call((undefined(name='icon') if l_0_icon is missing else l_0_icon), environment.getattr(l_2_case, 'status'), _loop_vars=_loop_vars)),
                    ' <bdi>',
                    escape(environment.getattr(l_2_case, 'name')),
                    '</bdi> ',
                    escape(environment.getattr(l_2_case, 'passed')),
                    '</a> ',
                ))
            l_2_case = l_2_href = missing
            if environment.getattr(l_1_card, 'more_cases'):
                pass
                t_8.append(
                    escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': environment.getattr(l_1_card, 'more_cases')})),
                )
            t_8.append(
                '</p>\n',
            )
        if environment.getattr(l_1_card, 'card'):
            pass
            l_2_loop = missing
            for l_2_turn, l_2_loop in LoopContext(environment.getattr(environment.getattr(l_1_card, 'card'), 'turns'), undefined):
                l_2_flatten = resolve('flatten')
                l_2_diff = missing
                _loop_vars = {}
                pass
                l_2_diff = environment.getattr(l_2_turn, 'difference')
                _loop_vars['diff'] = l_2_diff
                t_8.append(
                    '<div class="change"',
                )
                if environment.getattr((undefined(name='diff') if l_2_diff is missing else l_2_diff), 'answer'):
                    pass
                    t_8.extend((
                        ' data-answer="',
                        escape(environment.getattr((undefined(name='diff') if l_2_diff is missing else l_2_diff), 'answer')),
                        '"',
                    ))
                if environment.getattr((undefined(name='diff') if l_2_diff is missing else l_2_diff), 'is_paced'):
                    pass
                    t_8.extend((
                        ' data-paced="',
                        escape(environment.getattr(l_1_card, 'trial')),
                        '" data-turn="',
                        escape(environment.getattr((undefined(name='diff') if l_2_diff is missing else l_2_diff), 'number')),
                        '"',
                    ))
                t_8.append(
                    '>\n<p class="prompt"',
                )
                if environment.getattr(l_2_turn, 'language'):
                    pass
                    t_8.extend((
                        ' lang="',
                        escape(environment.getattr(l_2_turn, 'language')),
                        '"',
                    ))
                t_8.extend((
                    '><span class="sr">',
                    escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'who.prompt', _loop_vars=_loop_vars)),
                    '</span><bdi>',
                    escape(environment.getattr(l_2_turn, 'prompt')),
                    '</bdi>',
                ))
                if (environment.getattr(environment.getattr(l_1_card, 'card'), 'of') > 1):
                    pass
                    t_8.extend((
                        ' <span class="tag">',
                        escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.turn', {'n': environment.getattr((undefined(name='diff') if l_2_diff is missing else l_2_diff), 'number'), 'of': environment.getattr(environment.getattr(l_1_card, 'card'), 'of')}, _loop_vars=_loop_vars)),
                        '</span>',
                    ))
                t_8.append(
                    '</p>\n',
                )
                if (environment.getattr((undefined(name='diff') if l_2_diff is missing else l_2_diff), 'answer') == 'same'):
                    pass
                    t_8.extend((
                        '<p class="small">',
                        escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.same_answer', _loop_vars=_loop_vars)),
                        '</p>\n',
                    ))
                elif environment.getattr((undefined(name='diff') if l_2_diff is missing else l_2_diff), 'rewritten'):
                    pass
                    t_8.extend((
                        '<p class="small">',
                        escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.whole', _loop_vars=_loop_vars)),
                        '</p>\n',
                    ))
                t_8.extend((
                    '<div class="answer"><span class="sr">',
                    escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'who.answer', _loop_vars=_loop_vars)),
                    '</span>\n',
                ))
                if environment.getattr((undefined(name='diff') if l_2_diff is missing else l_2_diff), 'rewritten'):
                    pass
                    t_8.append(
                        '<div class="pair whole">',
                    )
                    l_3_loop = missing
                    for l_3_side, l_3_loop in LoopContext(('before', 'after'), undefined):
                        _loop_vars = {}
                        pass
                        t_8.extend((
                            '<div><p class="small">',
                            escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), ('decide.before' if environment.getattr(l_3_loop, 'first') else 'decide.now'), _loop_vars=_loop_vars)),
                            '</p><div class="diff ',
                            escape(l_3_side),
                            '" dir="auto">',
                            escape(context.call((undefined(name='node') if l_0_node is missing else l_0_node), context.call((undefined(name='flatten') if l_2_flatten is missing else l_2_flatten), environment.getattr((undefined(name='diff') if l_2_diff is missing else l_2_diff), 'tree'), _loop_vars=_loop_vars), _loop_vars=_loop_vars)),
                            '</div></div>',
                        ))
                    l_3_loop = l_3_side = missing
                    t_8.append(
                        '</div>\n',
                    )
                else:
                    pass
                    t_8.append(
                        '<div class="diff" dir="auto"',
                    )
                    if environment.getattr(l_2_turn, 'language'):
                        pass
                        t_8.extend((
                            ' lang="',
                            escape(environment.getattr(l_2_turn, 'language')),
                            '"',
                        ))
                    t_8.extend((
                        '>',
                        escape(context.call((undefined(name='node') if l_0_node is missing else l_0_node), context.call((undefined(name='flatten') if l_2_flatten is missing else l_2_flatten), environment.getattr((undefined(name='diff') if l_2_diff is missing else l_2_diff), 'tree'), _loop_vars=_loop_vars), _loop_vars=_loop_vars)),
                        '</div>\n',
                    ))
                t_8.append(
                    '</div>\n',
                )
                if environment.getattr((undefined(name='diff') if l_2_diff is missing else l_2_diff), 'flips'):
                    pass
                    t_8.extend((
                        escape(context.call((undefined(name='expectations') if l_0_expectations is missing else l_0_expectations), (undefined(name='diff') if l_2_diff is missing else l_2_diff), _loop_vars=_loop_vars)),
                        '\n',
                    ))
                if environment.getattr((undefined(name='diff') if l_2_diff is missing else l_2_diff), 'still_passing'):
                    pass
                    t_8.extend((
                        '<p class="small kept">',
                        escape(context.call((undefined(name='icon') if l_0_icon is missing else l_0_icon), 'passed', _loop_vars=_loop_vars)),
                        ' ',
                        escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.kept', {'n': environment.getattr((undefined(name='diff') if l_2_diff is missing else l_2_diff), 'still_passing')}, _loop_vars=_loop_vars)),
                        '</p>\n',
                    ))
                t_8.append(
                    '</div>\n',
                )
            l_2_loop = l_2_turn = l_2_diff = l_2_flatten = missing
            if (environment.getattr(environment.getattr(l_1_card, 'card'), 'changed') > t_1(environment.getattr(environment.getattr(l_1_card, 'card'), 'turns'))):
                pass
                t_8.extend((
                    '<p class="small">',
                    escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.more_turns', {'n': (environment.getattr(environment.getattr(l_1_card, 'card'), 'changed') - t_1(environment.getattr(environment.getattr(l_1_card, 'card'), 'turns')))})),
                    '</p>\n',
                ))
        if environment.getattr(l_1_card, 'suggestion'):
            pass
            t_8.extend((
                '<div><p class="small">',
                escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.suggestion')),
                '</p><pre class="code">',
                escape(environment.getattr(l_1_card, 'suggestion')),
                '</pre><button type="button" class="script small" data-do="yaml">',
                escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.copy_yaml')),
                '</button></div>\n',
            ))
        return concat(t_8)
    context.exported_vars.add('happened')
    context.vars['happened'] = l_0_happened = Macro(environment, macro, 'happened', ('card',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_card):
        t_9 = []
        l_1_both = resolve('both')
        l_1_text = resolve('text')
        if l_1_card is missing:
            l_1_card = undefined("parameter 'card' was not provided", name='card')
        pass
        t_9.extend((
            '<div class="assess"><p><b>',
            escape(context.call((undefined(name='both') if l_1_both is missing else l_1_both), environment.getattr(l_1_card, 'headline'))),
            '</b> ',
        ))
        if environment.getattr(l_1_card, 'statistics'):
            pass
            t_9.extend((
                '<button type="button" class="info script" data-do="statistics" aria-expanded="false" data-w-label="decide.statistics.show" aria-label="',
                escape(context.call((undefined(name='text') if l_1_text is missing else l_1_text), 'decide.statistics.show')),
                '">ⓘ</button>',
            ))
        t_9.append(
            '</p>\n',
        )
        if environment.getattr(l_1_card, 'facts'):
            pass
            t_9.append(
                '<ul class="facts-changed">\n',
            )
            for (l_2_key, l_2_before, l_2_after) in environment.getattr(l_1_card, 'facts'):
                _loop_vars = {}
                pass
                t_9.extend((
                    '<li>',
                    escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), l_2_key, _loop_vars=_loop_vars)),
                    ' ',
                ))
                if l_2_before:
                    pass
                    t_9.extend((
                        '<del class="marked">',
                        escape(l_2_before),
                        '</del>',
                    ))
                if (l_2_before and l_2_after):
                    pass
                    t_9.append(
                        ' → ',
                    )
                if l_2_after:
                    pass
                    t_9.extend((
                        '<ins class="marked">',
                        escape(l_2_after),
                        '</ins>',
                    ))
                t_9.append(
                    '</li>\n',
                )
            l_2_key = l_2_before = l_2_after = missing
            t_9.append(
                '</ul>\n',
            )
        if environment.getattr(l_1_card, 'statistics'):
            pass
            t_9.append(
                '<p class="stat">',
            )
            for l_2_one in environment.getattr(l_1_card, 'statistics'):
                _loop_vars = {}
                pass
                t_9.extend((
                    escape(context.call((undefined(name='both') if l_1_both is missing else l_1_both), l_2_one, 600, _loop_vars=_loop_vars)),
                    ' ',
                ))
            l_2_one = missing
            t_9.append(
                '</p>\n',
            )
        t_9.append(
            '</div>\n<dl class="rates">\n',
        )
        l_2_loop = missing
        for (l_2_passed, l_2_of, l_2_marks), l_2_loop in LoopContext(environment.getattr(l_1_card, 'shares'), undefined):
            _loop_vars = {}
            pass
            if (l_2_of != '0'):
                pass
                t_9.extend((
                    '<dt>',
                    escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), ('decide.before' if environment.getattr(l_2_loop, 'first') else 'decide.now'), _loop_vars=_loop_vars)),
                    '</dt><dd><b>',
                    escape(l_2_passed),
                    '/',
                    escape(l_2_of),
                    '</b> ',
                    escape(context.call((undefined(name='pips') if l_0_pips is missing else l_0_pips), l_2_marks, _loop_vars=_loop_vars)),
                    '</dd>\n',
                ))
        l_2_loop = l_2_passed = l_2_of = l_2_marks = missing
        t_9.append(
            '</dl>\n',
        )
        for l_2_echo in environment.getattr(l_1_card, 'echoes'):
            _loop_vars = {}
            pass
            t_9.extend((
                '<p><a href="#',
                escape(environment.getattr(l_2_echo, 'line')),
                '">',
                escape(context.call((undefined(name='both') if l_1_both is missing else l_1_both), environment.getattr(l_2_echo, 'phrase'), _loop_vars=_loop_vars)),
                '</a></p>\n',
            ))
        l_2_echo = missing
        if environment.getattr(l_1_card, 'next_command'):
            pass
            t_9.extend((
                '<p>',
                escape(context.call((undefined(name='both') if l_1_both is missing else l_1_both), environment.getattr(l_1_card, 'next_phrase'))),
                ' <span class="cmd"><code>',
                escape(environment.getattr(l_1_card, 'next_command')),
                '</code><button type="button" class="script quiet" data-do="code">',
                escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'json.copy')),
                '</button></span></p>\n',
            ))
        if environment.getattr(l_1_card, 'costs'):
            pass
            t_9.extend((
                '<dl class="costs" aria-label="',
                escape(context.call((undefined(name='text') if l_1_text is missing else l_1_text), 'decide.cost')),
                '" data-w-label="decide.cost">\n',
            ))
            for l_2_cost in environment.getattr(l_1_card, 'costs'):
                _loop_vars = {}
                pass
                t_9.extend((
                    '<dt>',
                    escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), environment.getattr(l_2_cost, 'key'), _loop_vars=_loop_vars)),
                    '</dt><dd>',
                    escape(environment.getattr(l_2_cost, 'before')),
                    ' → ',
                    escape(environment.getattr(l_2_cost, 'after')),
                    ' <b class="',
                    escape(environment.getattr(l_2_cost, 'tone')),
                    '">',
                    escape(environment.getattr(l_2_cost, 'percent')),
                    '</b></dd>\n',
                ))
            l_2_cost = missing
            t_9.append(
                '</dl>\n',
            )
        for l_2_warning in environment.getattr(l_1_card, 'warnings'):
            _loop_vars = {}
            pass
            t_9.extend((
                '<p class="failed tone">',
                escape(context.call((undefined(name='both') if l_1_both is missing else l_1_both), l_2_warning, _loop_vars=_loop_vars)),
                '</p>\n',
            ))
        l_2_warning = missing
        return concat(t_9)
    context.exported_vars.add('assessed')
    context.vars['assessed'] = l_0_assessed = Macro(environment, macro, 'assessed', ('card',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    l_1_loop = missing
    for (l_1_bot, l_1_difference), l_1_loop in LoopContext((undefined(name='causes') if l_0_causes is missing else l_0_causes), undefined):
        l_1_example = resolve('example')
        _loop_vars = {}
        pass
        yield '<details class="cause" open><summary><b>'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.cause', _loop_vars=_loop_vars))
        if (t_1((undefined(name='causes') if l_0_causes is missing else l_0_causes)) > 1):
            pass
            yield ' <bdi>'
            yield escape(environment.getattr(l_1_bot, 'name'))
            yield '</bdi>'
        yield '</b>'
        if (not environment.getattr(l_1_bot, 'known')):
            pass
            yield ' <span>'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'compare.unknown_bot', _loop_vars=_loop_vars))
            yield '</span>'
        elif (not ((environment.getattr(l_1_bot, 'facts') or environment.getattr(l_1_bot, 'differences')) or l_1_difference)):
            pass
            yield ' <span>'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'compare.same_bot', _loop_vars=_loop_vars))
            yield '</span>'
        if l_1_difference:
            pass
            yield '<span>'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.cause.prompt', {'n': t_1(environment.getattr(l_1_difference, 'changes')), 'of': environment.getattr(l_1_difference, 'total')}, _loop_vars=_loop_vars))
            yield '</span>'
            if environment.getitem((undefined(name='example') if l_1_example is missing else l_1_example), environment.getattr(l_1_bot, 'name')):
                pass
                yield ' <bdi class="eg">'
                yield escape(context.call((undefined(name='segments') if l_0_segments is missing else l_0_segments), environment.getitem((undefined(name='example') if l_1_example is missing else l_1_example), environment.getattr(l_1_bot, 'name')), _loop_vars=_loop_vars))
                yield '</bdi>'
        for (l_2_key, l_2_before, l_2_after) in environment.getattr(l_1_bot, 'facts'):
            _loop_vars = {}
            pass
            yield '<span>'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), l_2_key, _loop_vars=_loop_vars))
            yield ' '
            if l_2_before:
                pass
                yield '<del>'
                yield escape(l_2_before)
                yield '</del>'
            if (l_2_before and l_2_after):
                pass
                yield ' → '
            if l_2_after:
                pass
                yield '<ins>'
                yield escape(l_2_after)
                yield '</ins>'
            yield '</span>\n'
        l_2_key = l_2_before = l_2_after = missing
        yield '</summary>\n'
        if l_1_difference:
            pass
            yield '<div class="pdiff scroll" role="region" tabindex="0" '
            yield escape(context.call((undefined(name='label') if l_0_label is missing else l_0_label), 'decide.prompt_difference', _loop_vars=_loop_vars))
            yield '>\n'
            l_2_loop = missing
            for l_2_line, l_2_loop in LoopContext(environment.getattr(l_1_difference, 'lines'), undefined):
                l_2_line_id = resolve('line_id')
                l_2_names = missing
                _loop_vars = {}
                pass
                if environment.getattr(l_2_line, 'skipped'):
                    pass
                    yield '<div class="pl gap"><span></span><span class="s"></span><span class="sr">'
                    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.skipped', {'n': environment.getattr(l_2_line, 'skipped')}, _loop_vars=_loop_vars))
                    yield '</span></div>\n'
                l_2_names = (context.call(environment.getattr(environment.getattr((undefined(name='review') if l_0_review is missing else l_0_review), 'same_in'), 'get'), (environment.getattr(l_1_bot, 'name'), environment.getattr(l_2_line, 'number'), (environment.getattr(l_2_line, 'op') == 'del')), (), _loop_vars=_loop_vars) if (environment.getattr(l_2_line, 'op') != 'same') else ())
                _loop_vars['names'] = l_2_names
                yield '<div class="pl '
                yield escape(environment.getattr(l_2_line, 'op'))
                yield '"'
                if (environment.getattr(l_2_line, 'op') != 'same'):
                    pass
                    yield ' id="'
                    yield escape(context.call((undefined(name='line_id') if l_2_line_id is missing else l_2_line_id), environment.getattr(l_1_bot, 'name'), environment.getattr(l_2_line, 'number'), is_removed=(environment.getattr(l_2_line, 'op') == 'del'), _loop_vars=_loop_vars))
                    yield '"'
                yield '><span class="n" aria-hidden="true">'
                yield escape(environment.getattr(l_2_line, 'number'))
                yield '</span><span class="s">'
                if (environment.getattr(l_2_line, 'op') != 'same'):
                    pass
                    yield '<span aria-hidden="true">'
                    yield escape(('−' if (environment.getattr(l_2_line, 'op') == 'del') else '+'))
                    yield '</span><span class="sr">'
                    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), markup_join(('diff.', environment.getattr(l_2_line, 'op'), )), _loop_vars=_loop_vars))
                    yield ' '
                    yield escape(environment.getattr(l_2_line, 'number'))
                    yield '</span>'
                yield '</span><span class="tx">'
                yield escape(context.call((undefined(name='segments') if l_0_segments is missing else l_0_segments), environment.getattr(l_2_line, 'segments'), _loop_vars=_loop_vars))
                yield '</span>'
                if (undefined(name='names') if l_2_names is missing else l_2_names):
                    pass
                    yield '<span class="to">'
                    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.same_in', _loop_vars=_loop_vars))
                    yield ' '
                    l_3_loop = missing
                    for (l_3_name, l_3_at), l_3_loop in LoopContext((undefined(name='names') if l_2_names is missing else l_2_names)[:5], undefined):
                        _loop_vars = {}
                        pass
                        yield '<a href="#c='
                        yield escape(l_3_at)
                        yield '"><bdi>'
                        yield escape(l_3_name)
                        yield '</bdi></a>'
                        if (not environment.getattr(l_3_loop, 'last')):
                            pass
                            yield ', '
                    l_3_loop = l_3_name = l_3_at = missing
                    if (t_1((undefined(name='names') if l_2_names is missing else l_2_names)) > 5):
                        pass
                        yield ' '
                        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': (t_1((undefined(name='names') if l_2_names is missing else l_2_names)) - 5)}, _loop_vars=_loop_vars))
                    yield '</span>'
                yield '</div>\n'
            l_2_loop = l_2_line = l_2_names = l_2_line_id = missing
            yield '</div>\n'
        if environment.getattr(l_1_bot, 'differences'):
            pass
            yield '<div class="scroll" tabindex="0" role="region" '
            yield escape(context.call((undefined(name='label') if l_0_label is missing else l_0_label), 'decide.settings', _loop_vars=_loop_vars))
            yield '>\n<table class="sides">\n<thead><tr><th scope="col">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.settings', _loop_vars=_loop_vars))
            yield '</th><th scope="col">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.before', _loop_vars=_loop_vars))
            yield '</th><th scope="col">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.now', _loop_vars=_loop_vars))
            yield '</th></tr></thead>\n<tbody>\n'
            for (l_2_name, l_2_before, l_2_after) in environment.getattr(l_1_bot, 'differences'):
                _loop_vars = {}
                pass
                yield '<tr><th scope="row"><code>'
                yield escape(l_2_name)
                yield '</code></th><td><code>'
                yield escape(l_2_before)
                yield '</code></td><td><code>'
                yield escape(l_2_after)
                yield '</code></td></tr>\n'
            l_2_name = l_2_before = l_2_after = missing
            yield '</tbody>\n</table>\n</div>\n'
        yield '</details>\n'
    l_1_loop = l_1_bot = l_1_difference = l_1_example = missing
    yield '\n<section class="sum" aria-labelledby="review-summary"><h2 class="sr" id="review-summary">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.summary'))
    yield '</h2>\n<svg class="bar" aria-hidden="true">'
    for (l_1_state, l_1_number, l_1_begin, l_1_width) in environment.getattr((undefined(name='review') if l_0_review is missing else l_0_review), 'counts'):
        _loop_vars = {}
        pass
        yield '<rect class="'
        yield escape(l_1_state)
        yield '" x="'
        yield escape(l_1_begin)
        yield '%" width="'
        yield escape(l_1_width)
        yield '%" height="10"></rect>'
    l_1_state = l_1_number = l_1_begin = l_1_width = missing
    yield '</svg>\n<div class="counts"><span class="soft">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.total', {'n': environment.getattr((undefined(name='review') if l_0_review is missing else l_0_review), 'total')}))
    yield '</span>\n'
    for (l_1_state, l_1_number, l_1__, l_1__) in environment.getattr((undefined(name='review') if l_0_review is missing else l_0_review), 'counts'):
        _loop_vars = {}
        pass
        yield '<a class="count" href="#g='
        yield escape(l_1_state)
        yield '">'
        yield escape(context.call((undefined(name='icon') if l_0_icon is missing else l_0_icon), l_1_state, _loop_vars=_loop_vars))
        yield ' <b>'
        yield escape(context.call(environment.getattr('{:,}', 'format'), l_1_number, _loop_vars=_loop_vars))
        yield '</b> '
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), markup_join(('decide.state.', l_1_state, )), _loop_vars=_loop_vars))
        yield '</a>\n'
    l_1_state = l_1_number = l_1__ = missing
    yield '<span class="looks script"><span class="soft" id="look-label">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.difference'))
    yield '</span> <span class="seg" role="group" aria-labelledby="look-label"><button type="button" data-do="inline" aria-pressed="true">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.inline'))
    yield '</button><button type="button" data-do="both" aria-pressed="false">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.sides'))
    yield '</button></span></span></div>\n'
    if environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'comparison'), 'suite'):
        pass
        yield '<p class="small">'
        yield escape(context.call((undefined(name='phrase') if l_0_phrase is missing else l_0_phrase), environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'comparison'), 'suite')))
        yield '</p>\n'
    if environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'comparison'), 'cost'):
        pass
        yield '<p class="small">'
        yield escape(context.call((undefined(name='phrase') if l_0_phrase is missing else l_0_phrase), environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'comparison'), 'cost')))
        yield '</p>\n'
    yield '</section>\n\n<div class="cols">\n<nav class="rail script" '
    yield escape(context.call((undefined(name='label') if l_0_label is missing else l_0_label), 'decide.rail'))
    yield '><p class="soft">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.to_decide', {'n': environment.getattr((undefined(name='review') if l_0_review is missing else l_0_review), 'to_decide')}))
    yield '</p><ul>\n'
    def t_10(fiter):
        for l_1_group in fiter:
            if (environment.getattr(l_1_group, 'shape') != 'names'):
                yield l_1_group
    for l_1_group in t_10(environment.getattr((undefined(name='review') if l_0_review is missing else l_0_review), 'groups')):
        _loop_vars = {}
        pass
        for l_2_card in environment.getattr(l_1_group, 'cards'):
            _loop_vars = {}
            pass
            yield '<li><a href="#c='
            yield escape(environment.getattr(l_2_card, 'anchor'))
            yield '">'
            yield escape(context.call((undefined(name='icon') if l_0_icon is missing else l_0_icon), environment.getattr(l_2_card, 'state'), _loop_vars=_loop_vars))
            yield '<bdi class="nm">'
            yield escape(environment.getattr(l_2_card, 'label'))
            yield '</bdi><span class="sr">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), markup_join(('decide.state.', environment.getattr(l_2_card, 'state'), )), _loop_vars=_loop_vars))
            yield '</span><span class="dm"></span></a></li>\n'
        l_2_card = missing
    l_1_group = missing
    yield '</ul></nav>\n<div class="groups">\n'
    for l_1_group in environment.getattr((undefined(name='review') if l_0_review is missing else l_0_review), 'groups'):
        _loop_vars = {}
        pass
        yield '<section class="grp" id="g='
        yield escape(environment.getattr(l_1_group, 'state'))
        yield '" aria-labelledby="h='
        yield escape(environment.getattr(l_1_group, 'state'))
        yield '">\n<div class="grph"><h2 id="h='
        yield escape(environment.getattr(l_1_group, 'state'))
        yield '">'
        yield escape(context.call((undefined(name='icon') if l_0_icon is missing else l_0_icon), environment.getattr(l_1_group, 'state'), _loop_vars=_loop_vars))
        yield ' '
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), markup_join(('decide.state.', environment.getattr(l_1_group, 'state'), )), _loop_vars=_loop_vars))
        yield ' <span class="n">'
        yield escape(context.call(environment.getattr('{:,}', 'format'), environment.getattr(l_1_group, 'number'), _loop_vars=_loop_vars))
        yield '</span></h2><p>'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), markup_join(('decide.why.', environment.getattr(l_1_group, 'state'), )), _loop_vars=_loop_vars))
        yield '</p></div>\n'
        if (environment.getattr(l_1_group, 'shape') == 'names'):
            pass
            yield '<details class="panel names"><summary>'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.names', _loop_vars=_loop_vars))
            yield '</summary><p>'
            for l_2_card in environment.getattr(l_1_group, 'cards'):
                l_2_href = resolve('href')
                _loop_vars = {}
                pass
                if environment.getattr(l_2_card, 'trial'):
                    pass
                    yield '<a href="'
                    yield escape(context.call((undefined(name='href') if l_2_href is missing else l_2_href), environment.getattr(l_2_card, 'trial'), _loop_vars=_loop_vars))
                    yield '"><bdi>'
                    yield escape(environment.getattr(l_2_card, 'label'))
                    yield '</bdi></a>'
                else:
                    pass
                    yield '<bdi>'
                    yield escape(environment.getattr(l_2_card, 'label'))
                    yield '</bdi>'
                yield ' '
            l_2_card = l_2_href = missing
            yield '</p></details>\n'
        elif (environment.getattr(l_1_group, 'shape') == 'lines'):
            pass
            yield '<div class="panel">\n'
            for l_2_card in environment.getattr(l_1_group, 'cards'):
                l_2_href = resolve('href')
                _loop_vars = {}
                pass
                yield '<article class="line" '
                yield escape(context.call((undefined(name='attributes') if l_0_attributes is missing else l_0_attributes), l_2_card, _loop_vars=_loop_vars))
                yield ' tabindex="-1"><details><summary><span class="nm"><bdi>'
                yield escape(environment.getattr(l_2_card, 'label'))
                yield '</bdi></span> <span class="sn">'
                for (l_3_op, l_3_part) in environment.getattr(l_2_card, 'snippet'):
                    _loop_vars = {}
                    pass
                    if (l_3_op == 'same'):
                        pass
                        yield escape(l_3_part)
                    else:
                        pass
                        yield '<'
                        yield escape(l_3_op)
                        yield '>'
                        yield escape(l_3_part)
                        yield '</'
                        yield escape(l_3_op)
                        yield '>'
                l_3_op = l_3_part = missing
                yield '</span>'
                if (environment.getattr(l_2_card, 'card') and environment.getattr(environment.getattr(l_2_card, 'card'), 'turns')):
                    pass
                    yield ' <span class="small">'
                    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.similar', {'n': environment.getattr(environment.getattr(environment.getitem(environment.getattr(environment.getattr(l_2_card, 'card'), 'turns'), 0), 'difference'), 'similarity')}, _loop_vars=_loop_vars))
                    yield '</span>'
                yield '</summary>\n<div class="body">'
                yield escape(context.call((undefined(name='happened') if l_0_happened is missing else l_0_happened), l_2_card, _loop_vars=_loop_vars))
                for l_3_echo in environment.getattr(l_2_card, 'echoes'):
                    l_3_both = resolve('both')
                    _loop_vars = {}
                    pass
                    yield '<p><a href="#'
                    yield escape(environment.getattr(l_3_echo, 'line'))
                    yield '">'
                    yield escape(context.call((undefined(name='both') if l_3_both is missing else l_3_both), environment.getattr(l_3_echo, 'phrase'), _loop_vars=_loop_vars))
                    yield '</a></p>'
                l_3_echo = l_3_both = missing
                yield '<p class="small"><a href="'
                yield escape(context.call((undefined(name='href') if l_2_href is missing else l_2_href), environment.getattr(l_2_card, 'trial'), _loop_vars=_loop_vars))
                yield '">'
                yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.open', _loop_vars=_loop_vars))
                yield '</a></p></div></details>\n'
                if environment.getattr((undefined(name='review') if l_0_review is missing else l_0_review), 'can_decide'):
                    pass
                    yield '<div class="rd">'
                    yield escape(context.call((undefined(name='decided') if l_0_decided is missing else l_0_decided), _loop_vars=_loop_vars))
                    yield '<span class="script">'
                    yield escape(context.call((undefined(name='decide') if l_0_decide is missing else l_0_decide), l_2_card, True, _loop_vars=_loop_vars))
                    yield '</span></div>\n'
                yield '</article>\n'
            l_2_card = l_2_href = missing
            yield '</div>\n'
        else:
            pass
            for l_2_card in environment.getattr(l_1_group, 'cards'):
                l_2_href = resolve('href')
                _loop_vars = {}
                pass
                yield '<article class="panel rcard" '
                yield escape(context.call((undefined(name='attributes') if l_0_attributes is missing else l_0_attributes), l_2_card, _loop_vars=_loop_vars))
                yield ' tabindex="-1" aria-labelledby="n='
                yield escape(environment.getattr(l_2_card, 'anchor'))
                yield '">\n<div class="chead"><span class="pill '
                yield escape(environment.getattr(l_2_card, 'state'))
                yield '">'
                yield escape(context.call((undefined(name='icon') if l_0_icon is missing else l_0_icon), environment.getattr(l_2_card, 'state'), _loop_vars=_loop_vars))
                yield ' '
                yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), markup_join(('decide.state.', environment.getattr(l_2_card, 'state'), )), _loop_vars=_loop_vars))
                yield '</span><h3 id="n='
                yield escape(environment.getattr(l_2_card, 'anchor'))
                yield '"><bdi>'
                yield escape(environment.getattr(l_2_card, 'label'))
                yield '</bdi></h3><span class="soft"><bdi>'
                yield escape(environment.getattr(l_2_card, 'shown_bot'))
                yield '</bdi></span>'
                for l_3_tag in environment.getattr(l_2_card, 'tags'):
                    _loop_vars = {}
                    pass
                    yield '<span class="tag"><bdi>'
                    yield escape(l_3_tag)
                    yield '</bdi></span>'
                l_3_tag = missing
                yield '<span class="rt"><b>'
                yield escape(environment.getitem(environment.getitem(environment.getattr(l_2_card, 'shares'), 1), 0))
                yield '/'
                yield escape(environment.getitem(environment.getitem(environment.getattr(l_2_card, 'shares'), 1), 1))
                yield '</b></span>'
                yield escape(context.call((undefined(name='decided') if l_0_decided is missing else l_0_decided), _loop_vars=_loop_vars))
                yield '</div>\n<div class="cbody"><div class="cm">'
                yield escape(context.call((undefined(name='happened') if l_0_happened is missing else l_0_happened), l_2_card, _loop_vars=_loop_vars))
                yield '</div>\n<div class="ca">'
                yield escape(context.call((undefined(name='assessed') if l_0_assessed is missing else l_0_assessed), l_2_card, _loop_vars=_loop_vars))
                yield '\n'
                if environment.getattr((undefined(name='review') if l_0_review is missing else l_0_review), 'can_decide'):
                    pass
                    yield '<div class="script">'
                    yield escape(context.call((undefined(name='decide') if l_0_decide is missing else l_0_decide), l_2_card, False, _loop_vars=_loop_vars))
                    yield '</div>\n<p class="live" role="status"></p>\n'
                yield '<p class="small">'
                if environment.getattr(l_2_card, 'trial'):
                    pass
                    yield '<a href="'
                    yield escape(context.call((undefined(name='href') if l_2_href is missing else l_2_href), environment.getattr(l_2_card, 'trial'), _loop_vars=_loop_vars))
                    yield '">'
                    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.open', _loop_vars=_loop_vars))
                    yield '</a> · <a href="'
                    yield escape(context.call((undefined(name='href') if l_2_href is missing else l_2_href), environment.getattr(l_2_card, 'trial'), _loop_vars=_loop_vars))
                    yield '&amp;tab=history">'
                    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'view.history', _loop_vars=_loop_vars))
                    yield '</a>'
                yield '</p>\n</div></div>\n'
                if environment.getattr((undefined(name='review') if l_0_review is missing else l_0_review), 'can_decide'):
                    pass
                    yield '<div class="ed" hidden data-place="'
                    yield escape(environment.getattr(l_2_card, 'place'))
                    yield '"></div>\n'
                yield '</article>\n'
            l_2_card = l_2_href = missing
        if environment.getattr(l_1_group, 'more'):
            pass
            yield '<p class="small"><a href="#v=trials">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': context.call(environment.getattr('{:,}', 'format'), environment.getattr(l_1_group, 'more'), _loop_vars=_loop_vars)}, _loop_vars=_loop_vars))
            yield '</a></p>\n'
        yield '</section>\n'
    l_1_group = missing
    yield '</div>\n</div>\n'
    if environment.getattr((undefined(name='review') if l_0_review is missing else l_0_review), 'can_decide'):
        pass
        yield '<div class="foot script" role="region" '
        yield escape(context.call((undefined(name='label') if l_0_label is missing else l_0_label), 'decide.decisions'))
        yield '>\n<ul>'
        for l_1_key in ('accept', 'reject', 'edit', 'open'):
            _loop_vars = {}
            pass
            yield '<li><b data-count="'
            yield escape(l_1_key)
            yield '">'
            yield escape((environment.getattr((undefined(name='review') if l_0_review is missing else l_0_review), 'to_decide') if (l_1_key == 'open') else 0))
            yield '</b> '
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), markup_join(('decide.count.', l_1_key, )), _loop_vars=_loop_vars))
            yield '</li>'
        l_1_key = missing
        yield '</ul>\n<code class="preview"></code>\n<div class="acts"><button type="button" data-do="safe" hidden></button><button type="button" data-do="download">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.download'))
        yield '</button><button type="button" class="primary" data-do="command">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.copy'))
        yield '</button></div>\n</div>\n'

blocks = {}
debug_info = '2=24&3=33&5=47&6=52&9=78&10=89&11=93&12=95&13=98&14=102&19=112&21=127&23=161&25=168&27=177&28=182&29=197&30=202&36=250&37=255&38=259&40=286&41=289&42=294&43=299&44=318&45=342&46=346&47=349&48=353&50=358&51=361&52=367&54=388&56=403&57=406&59=409&60=413&64=422&65=426&68=429&69=433&73=444&74=453&75=466&77=471&78=476&82=505&83=510&87=525&88=528&89=532&93=545&94=550&96=556&97=560&99=567&100=571&101=574&102=579&106=594&107=599&111=608&112=613&113=620&114=625&115=630&116=633&118=640&119=644&122=662&123=665&124=668&125=673&126=676&128=678&129=681&133=729&134=732&136=734&138=740&139=744&148=755&149=757&150=769&151=771&152=775&154=785&155=791&156=794&158=796&159=799&164=802&165=806&166=817&170=828&171=832&172=836&173=846&174=849&175=870&177=873&178=878&179=905&180=921&181=924&187=933&188=938&189=942&190=968&191=970&192=972&193=975&196=978&198=990&199=993&204=997&205=1000&211=1005&212=1008&213=1010&215=1022'
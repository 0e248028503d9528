from jinja2.runtime import LoopContext, Macro, Markup, Namespace, TemplateNotFound, TemplateReference, TemplateRuntimeError, Undefined, escape, identity, internalcode, markup_join, missing, str_join
name = 'overview.html.j2'

def root(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    l_0_view = resolve('view')
    l_0_word = resolve('word')
    l_0_label = resolve('label')
    l_0_cause_of = missing
    try:
        t_1 = environment.filters['length']
    except KeyError:
        @internalcode
        def t_1(*unused):
            raise TemplateRuntimeError("No filter named 'length' found.")
    try:
        t_2 = environment.filters['replace']
    except KeyError:
        @internalcode
        def t_2(*unused):
            raise TemplateRuntimeError("No filter named 'replace' found.")
    try:
        t_3 = environment.filters['urlencode']
    except KeyError:
        @internalcode
        def t_3(*unused):
            raise TemplateRuntimeError("No filter named 'urlencode' found.")
    pass
    def macro(l_1_cause):
        t_4 = []
        l_1_href = resolve('href')
        l_1_both = resolve('both')
        if l_1_cause is missing:
            l_1_cause = undefined("parameter 'cause' was not provided", name='cause')
        pass
        t_4.extend((
            '<li><span class="ic ',
            escape(('error' if environment.getattr(l_1_cause, 'is_error') else 'failed')),
            '" aria-hidden="true"></span><div class="title"><span class="sr">',
            escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), ('status.error' if environment.getattr(l_1_cause, 'is_error') else 'status.failed'))),
            '</span><a href="',
            escape(context.call((undefined(name='href') if l_1_href is missing else l_1_href), environment.getitem(environment.getitem(environment.getattr(l_1_cause, 'trials'), 0), 1))),
            '">',
            escape(context.call((undefined(name='both') if l_1_both is missing else l_1_both), environment.getattr(l_1_cause, 'title'))),
            '</a></div>\n<div class="where">',
        ))
        l_2_loop = missing
        for (l_2_name, l_2_anchor), l_2_loop in LoopContext(environment.getattr(l_1_cause, 'trials'), undefined):
            _loop_vars = {}
            pass
            t_4.extend((
                '<a href="',
                escape(context.call((undefined(name='href') if l_1_href is missing else l_1_href), l_2_anchor, _loop_vars=_loop_vars)),
                '"><bdi>',
                escape(l_2_name),
                '</bdi></a>',
            ))
            if (not environment.getattr(l_2_loop, 'last')):
                pass
                t_4.append(
                    ', ',
                )
        l_2_loop = l_2_name = l_2_anchor = missing
        if environment.getattr(l_1_cause, 'more'):
            pass
            t_4.append(
                ' <a href="#v=trials&amp;st=failed,error',
            )
            if environment.getattr(l_1_cause, 'scenario'):
                pass
                t_4.extend((
                    '&amp;q=%22',
                    escape(t_3(environment.getattr(l_1_cause, 'scenario'))),
                    '%22',
                ))
            t_4.extend((
                '">',
                escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': context.call(environment.getattr('{:,}', 'format'), environment.getattr(l_1_cause, 'more'))})),
                '</a>',
            ))
        t_4.append(
            '</div>\n',
        )
        if (environment.getattr(l_1_cause, 'expected') or environment.getattr(l_1_cause, 'actual')):
            pass
            t_4.append(
                '<div class="es">',
            )
            if environment.getattr(l_1_cause, 'expected'):
                pass
                t_4.extend((
                    '<span>',
                    escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'verdict.expected')),
                    ' <span class="val">',
                    escape(context.call((undefined(name='both') if l_1_both is missing else l_1_both), environment.getattr(l_1_cause, 'expected'), 80)),
                    '</span></span>',
                ))
            if environment.getattr(l_1_cause, 'actual'):
                pass
                t_4.extend((
                    '<span>',
                    escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'verdict.seen')),
                    ' <span class="wrong">',
                    escape(context.call((undefined(name='both') if l_1_both is missing else l_1_both), environment.getattr(l_1_cause, 'actual'), 80)),
                    '</span>',
                ))
                if (environment.getattr(l_1_cause, 'times') > 1):
                    pass
                    t_4.extend((
                        ' × ',
                        escape(context.call(environment.getattr('{:,}', 'format'), environment.getattr(l_1_cause, 'times'))),
                    ))
                t_4.append(
                    '</span>',
                )
            t_4.append(
                '</div>\n',
            )
        elif (environment.getattr(l_1_cause, 'times') > 1):
            pass
            t_4.extend((
                '<div class="es"><span>× ',
                escape(context.call(environment.getattr('{:,}', 'format'), environment.getattr(l_1_cause, 'times'))),
                '</span></div>\n',
            ))
        if environment.getattr(l_1_cause, 'next_step'):
            pass
            t_4.extend((
                '<div class="es"><span class="cmd"><code>',
                escape(context.call((undefined(name='both') if l_1_both is missing else l_1_both), environment.getattr(l_1_cause, 'next_step'), 300)),
                '</code><button type="button" class="script quiet" data-do="code">',
                escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'json.copy')),
                '</button></span></div>\n',
            ))
        t_4.append(
            '</li>\n',
        )
        return concat(t_4)
    context.exported_vars.add('cause_of')
    context.vars['cause_of'] = l_0_cause_of = Macro(environment, macro, 'cause_of', ('cause',), False, False, False, context.eval_ctx.autoescape)
    if (environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'since') and (environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'events') or (not environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'since'), 'is_empty')))):
        pass
        yield '<section aria-labelledby="since">\n<h2 id="since">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.since'))
        yield ' <a class="small" href="'
        yield escape(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'since'), 'link'))
        yield '">'
        yield escape(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'since'), 'started'))
        yield '</a></h2>\n'
        if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'events'):
            pass
            yield '<p class="small">'
            l_1_loop = missing
            for l_1_event, l_1_loop in LoopContext(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'events'), undefined):
                l_1_both = resolve('both')
                _loop_vars = {}
                pass
                yield escape(context.call((undefined(name='both') if l_1_both is missing else l_1_both), l_1_event, _loop_vars=_loop_vars))
                if (not environment.getattr(l_1_loop, 'last')):
                    pass
                    yield ' · '
            l_1_loop = l_1_event = l_1_both = missing
            yield '</p>\n'
        if (not environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'since'), 'is_empty')):
            pass
            yield '<div class="since panel">\n'
            for (l_1_key, l_1_status, l_1_results) in (('overview.newly_failing', 'failed', environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'since'), 'newly_failing')), ('overview.fixed', 'passed', environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'since'), 'fixed')), ('overview.still_failing', 'failed still', environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'since'), 'still_failing'))):
                _loop_vars = {}
                pass
                if l_1_results:
                    pass
                    yield '<div><h3><span class="ic '
                    yield escape(l_1_status)
                    yield '" aria-hidden="true"></span> '
                    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), l_1_key, _loop_vars=_loop_vars))
                    yield ' <span class="n">'
                    yield escape(context.call(environment.getattr('{:,}', 'format'), t_1(l_1_results), _loop_vars=_loop_vars))
                    yield '</span></h3>\n<ul>\n'
                    for l_2_one in l_1_results[:10]:
                        l_2_href = resolve('href')
                        l_2_both = resolve('both')
                        _loop_vars = {}
                        pass
                        yield '<li><span><a href="'
                        yield escape(context.call((undefined(name='href') if l_2_href is missing else l_2_href), environment.getattr(l_2_one, 'anchor'), _loop_vars=_loop_vars))
                        yield '"><bdi>'
                        yield escape(environment.getattr(l_2_one, 'label'))
                        yield '</bdi></a>'
                        if environment.getattr(l_2_one, 'share'):
                            pass
                            yield ' '
                            yield escape(environment.getattr(l_2_one, 'share'))
                        yield '</span>'
                        if (environment.getattr(l_2_one, 'failing_runs') > 1):
                            pass
                            yield ' <span class="which">'
                            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.for_runs', {'n': environment.getattr(l_2_one, 'failing_runs')}, _loop_vars=_loop_vars))
                            yield '</span>'
                        elif (environment.getattr(l_2_one, 'causes') and (l_1_key == 'overview.newly_failing')):
                            pass
                            yield ' <span class="which">'
                            yield escape(context.call((undefined(name='both') if l_2_both is missing else l_2_both), environment.getattr(environment.getitem(environment.getattr(l_2_one, 'causes'), 0), 'summary'), 60, _loop_vars=_loop_vars))
                            yield '</span>'
                        yield '</li>\n'
                    l_2_one = l_2_href = l_2_both = missing
                    yield '</ul>\n'
                    if (t_1(l_1_results) > 10):
                        pass
                        yield '<p class="small"><a href="#v=trials">'
                        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': context.call(environment.getattr('{:,}', 'format'), (t_1(l_1_results) - 10), _loop_vars=_loop_vars)}, _loop_vars=_loop_vars))
                        yield '</a></p>\n'
                    yield '</div>\n'
            l_1_key = l_1_status = l_1_results = missing
            yield '</div>\n'
        yield '</section>\n'
    yield '<div class="duo">\n'
    if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'causes'):
        pass
        yield '<section aria-labelledby="why">\n<h2 id="why">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.why'))
        yield ' <span class="small">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.reasons', {'n': t_1(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'causes'))}))
        yield '</span></h2>\n<div class="panel">\n<ul class="why-list">\n'
        for l_1_cause in environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'causes')[:6]:
            _loop_vars = {}
            pass
            yield escape(context.call((undefined(name='cause_of') if l_0_cause_of is missing else l_0_cause_of), l_1_cause, _loop_vars=_loop_vars))
            yield '\n'
        l_1_cause = missing
        yield '</ul>\n'
        if (t_1(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'causes')) > 6):
            pass
            yield '<details class="more-list"><summary>'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': context.call(environment.getattr('{:,}', 'format'), (t_1(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'causes')) - 6))}))
            yield '</summary><ul class="why-list">\n'
            for l_1_cause in environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'causes')[6:30]:
                _loop_vars = {}
                pass
                yield escape(context.call((undefined(name='cause_of') if l_0_cause_of is missing else l_0_cause_of), l_1_cause, _loop_vars=_loop_vars))
                yield '\n'
            l_1_cause = missing
            yield '</ul>\n'
            if (t_1(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'causes')) > 30):
                pass
                yield '<p class="do small"><a href="#v=trials&amp;st=failed,error">'
                yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': context.call(environment.getattr('{:,}', 'format'), (t_1(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'causes')) - 30))}))
                yield '</a></p>\n'
            yield '</details>\n'
        yield '</div>\n</section>\n'
    if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'trend'):
        pass
        yield '<section class="trend-box" aria-labelledby="trend">\n<h2 id="trend">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.trend'))
        yield ' <span class="small">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.comparable', {'n': t_1(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'trend'), 'bars'))}))
        yield '</span></h2>\n<div class="panel card"><div class="plot"><span>'
        yield escape(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'trend'), 'most'))
        yield '</span><svg class="stack" role="img" '
        yield escape(context.call((undefined(name='label') if l_0_label is missing else l_0_label), 'overview.trend'))
        yield ' viewBox="-1 -1 '
        yield escape(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'trend'), 'width'))
        yield ' 78" preserveAspectRatio="xMinYMin meet">'
        l_1_loop = missing
        for l_1_bar, l_1_loop in LoopContext(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'trend'), 'bars'), undefined):
            _loop_vars = {}
            pass
            for (l_2_status, l_2_y, l_2_height) in environment.getattr(l_1_bar, 'parts'):
                _loop_vars = {}
                pass
                yield '<rect class="'
                yield escape(l_2_status)
                yield '" x="'
                yield escape(environment.getattr(l_1_bar, 'x'))
                yield '" y="'
                yield escape(l_2_y)
                yield '" width="'
                yield escape(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'trend'), 'bar'))
                yield '" height="'
                yield escape(l_2_height)
                yield '"></rect>'
            l_2_status = l_2_y = l_2_height = missing
            if environment.getattr(l_1_loop, 'last'):
                pass
                yield '<rect class="cur" x="'
                yield escape(environment.getattr(l_1_bar, 'x'))
                yield '" y="0" width="'
                yield escape(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'trend'), 'bar'))
                yield '" height="60"></rect>'
            if environment.getattr(l_1_bar, 'event'):
                pass
                yield '<circle class="ev" cx="'
                yield escape(environment.getattr(l_1_bar, 'middle'))
                yield '" cy="69" r="6.500"></circle><text x="'
                yield escape(environment.getattr(l_1_bar, 'middle'))
                yield '" y="72.500">'
                yield escape(environment.getattr(l_1_bar, 'event'))
                yield '</text>'
        l_1_loop = l_1_bar = missing
        yield '</svg><span>0</span></div>\n<p class="small">'
        yield escape(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'trend'), 'first'))
        yield ' – '
        yield escape(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'trend'), 'last'))
        yield ' · <a href="#v=history">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.as_table'))
        yield '</a></p>\n'
        if environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'trend'), 'legend'):
            pass
            yield '<ol class="legend">\n'
            l_1_loop = missing
            for (l_1_number, l_1_date, l_1_events), l_1_loop in LoopContext(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'trend'), 'legend'), undefined):
                _loop_vars = {}
                pass
                yield '<li><span class="k">'
                yield escape(l_1_number)
                yield '</span><span class="soft">'
                yield escape(l_1_date)
                yield '</span><span>'
                l_2_loop = missing
                for l_2_event, l_2_loop in LoopContext(l_1_events, undefined):
                    l_2_both = resolve('both')
                    _loop_vars = {}
                    pass
                    yield escape(context.call((undefined(name='both') if l_2_both is missing else l_2_both), l_2_event, _loop_vars=_loop_vars))
                    if (not environment.getattr(l_2_loop, 'last')):
                        pass
                        yield '<br>'
                l_2_loop = l_2_event = l_2_both = missing
                yield '</span></li>\n'
            l_1_loop = l_1_number = l_1_date = l_1_events = missing
            yield '</ol>\n'
        yield '</div>\n</section>\n'
    yield '</div>\n'
    if ((environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'scenarios') and (not environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'comparison'))) and (not environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'mutation'))):
        pass
        yield '<section aria-labelledby="scenarios">\n<h2 id="scenarios">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'view.trials'))
        yield ' <a class="small" href="#v=trials">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.all_trials'))
        yield '</a></h2>\n<div class="tablewrap scroll" tabindex="0" role="group" aria-labelledby="scenarios">\n<table class="scenarios">\n<thead><tr><th scope="col">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'fact.scenario'))
        yield '</th><th scope="col">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'fact.status'))
        yield '</th><th scope="col">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.why'))
        yield '</th>'
        if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'history'):
            pass
            yield '<th scope="col">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.last_runs'))
            yield '</th>'
        yield '<th scope="col" class="num">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'fact.tokens'))
        yield '</th><th scope="col" class="num">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'fact.seconds'))
        yield '</th></tr></thead>\n<tbody>\n'
        for l_1_one in environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'scenarios')[:60]:
            l_1_href = resolve('href')
            l_1_both = resolve('both')
            _loop_vars = {}
            pass
            yield '<tr><th scope="row"><a href="'
            yield escape(context.call((undefined(name='href') if l_1_href is missing else l_1_href), environment.getattr(l_1_one, 'anchor'), _loop_vars=_loop_vars))
            yield '"><bdi>'
            yield escape(environment.getattr(l_1_one, 'label'))
            yield '</bdi></a></th><td><span class="st '
            yield escape(environment.getattr(l_1_one, 'status'))
            yield '">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), markup_join(('status.', environment.getattr(l_1_one, 'status'), )), _loop_vars=_loop_vars))
            yield '</span>'
            if environment.getattr(l_1_one, 'share'):
                pass
                yield ' '
                yield escape(environment.getattr(l_1_one, 'share'))
            yield '</td><td class="whyc">'
            if environment.getattr(l_1_one, 'causes'):
                pass
                yield escape(context.call((undefined(name='both') if l_1_both is missing else l_1_both), environment.getattr(environment.getitem(environment.getattr(l_1_one, 'causes'), 0), 'summary'), 60, _loop_vars=_loop_vars))
                if (t_1(environment.getattr(l_1_one, 'causes')) > 1):
                    pass
                    yield ' <a href="'
                    yield escape(context.call((undefined(name='href') if l_1_href is missing else l_1_href), environment.getattr(l_1_one, 'anchor'), _loop_vars=_loop_vars))
                    yield '">'
                    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': (t_1(environment.getattr(l_1_one, 'causes')) - 1)}, _loop_vars=_loop_vars))
                    yield '</a>'
            yield '</td>'
            if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'history'):
                pass
                yield '<td class="hist"><span class="past" role="img" '
                yield escape(context.call((undefined(name='label') if l_0_label is missing else l_0_label), 'history.past', _loop_vars=_loop_vars))
                yield '>'
                for (l_2_status, l_2_icon) in environment.getattr(l_1_one, 'last_runs'):
                    _loop_vars = {}
                    pass
                    yield '<i class="'
                    yield escape(l_2_status)
                    yield '"></i>'
                l_2_status = l_2_icon = missing
                yield '</span></td>'
            yield '<td class="num">'
            if environment.getattr(l_1_one, 'tokens'):
                pass
                yield escape(context.call(environment.getattr('{:,}', 'format'), environment.getattr(l_1_one, 'tokens'), _loop_vars=_loop_vars))
            yield '</td><td class="num">'
            yield escape(environment.getattr(l_1_one, 'duration'))
            yield '</td></tr>\n'
        l_1_one = l_1_href = l_1_both = missing
        yield '</tbody>\n</table>\n</div>\n'
        if (t_1(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'scenarios')) > 60):
            pass
            yield '<p class="small"><a href="#v=trials">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': context.call(environment.getattr('{:,}', 'format'), (t_1(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'scenarios')) - 60))}))
            yield '</a></p>\n'
        yield '</section>\n'
    yield '<div class="block">\n'
    if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'rates'):
        pass
        yield '<section class="card" aria-labelledby="rates">\n<h3 id="rates">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.rates'))
        yield '</h3>\n<div class="scroll" tabindex="0" role="group" aria-labelledby="rates">\n<table>\n<thead><tr><th scope="col">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'fact.scenario'))
        yield '</th><th scope="col">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'fact.bot'))
        yield '</th><th scope="col">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'status.passed'))
        yield '</th><th scope="col">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.share'))
        yield '</th><th scope="col">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.required'))
        yield '</th><th scope="col">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.met'))
        yield '</th></tr></thead>\n<tbody>\n'
        for l_1_rate in environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'rates')[:100]:
            _loop_vars = {}
            pass
            yield '<tr><th scope="row"><bdi>'
            yield escape(environment.getattr(l_1_rate, 'scenario'))
            yield '</bdi></th><td><bdi>'
            yield escape(environment.getattr(l_1_rate, 'bot'))
            yield '</bdi></td><td>'
            yield escape(environment.getattr(l_1_rate, 'passed'))
            yield '/'
            yield escape(environment.getattr(l_1_rate, 'trials'))
            yield '</td><td>'
            yield escape(environment.getattr(l_1_rate, 'share'))
            yield '</td><td>'
            yield escape(environment.getattr(l_1_rate, 'required'))
            yield '</td><td>'
            if environment.getattr(l_1_rate, 'met'):
                pass
                yield '<span class="st passed">'
                yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'word.yes', _loop_vars=_loop_vars))
                yield '</span>'
            else:
                pass
                yield '<span class="st failed">'
                yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'word.no', _loop_vars=_loop_vars))
                yield '</span>'
            yield '</td></tr>\n'
        l_1_rate = missing
        yield '</tbody>\n</table>\n</div>\n'
        if (t_1(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'rates')) > 100):
            pass
            yield '<p class="small">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': context.call(environment.getattr('{:,}', 'format'), (t_1(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'rates')) - 100))}))
            yield '</p>\n'
        yield '</section>\n'
    if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'edited'):
        pass
        yield '<section class="card" aria-labelledby="edited">\n<h3 id="edited">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.edited'))
        yield '</h3>\n<ul>\n'
        for l_1_path in environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'edited')[:100]:
            _loop_vars = {}
            pass
            yield '<li><code><bdi>'
            yield escape(l_1_path)
            yield '</bdi></code></li>\n'
        l_1_path = missing
        yield '</ul>\n'
        if (t_1(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'edited')) > 100):
            pass
            yield '<p class="small">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': context.call(environment.getattr('{:,}', 'format'), (t_1(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'edited')) - 100))}))
            yield '</p>\n'
        yield '</section>\n'
    yield '<div class="cards">\n'
    def t_5(fiter):
        for (l_1_key, l_1_top) in fiter:
            if l_1_top:
                yield (l_1_key, l_1_top)
    for (l_1_key, l_1_top) in t_5((('overview.slowest', environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'slowest')), ('overview.costliest', environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'costliest')))):
        _loop_vars = {}
        pass
        yield '<section class="card" aria-labelledby="'
        yield escape(t_2(context.eval_ctx, l_1_key, '.', '-'))
        yield '">\n<h3 id="'
        yield escape(t_2(context.eval_ctx, l_1_key, '.', '-'))
        yield '">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), l_1_key, _loop_vars=_loop_vars))
        yield '</h3>\n<ol class="top-list">\n'
        for (l_2_name, l_2_anchor, l_2_value) in l_1_top:
            l_2_href = resolve('href')
            _loop_vars = {}
            pass
            yield '<li><a href="'
            yield escape(context.call((undefined(name='href') if l_2_href is missing else l_2_href), l_2_anchor, _loop_vars=_loop_vars))
            yield '"><bdi>'
            yield escape(l_2_name)
            yield '</bdi></a> <b>'
            yield escape(l_2_value)
            yield '</b></li>\n'
        l_2_name = l_2_anchor = l_2_value = l_2_href = missing
        yield '</ol>\n</section>\n'
    l_1_key = l_1_top = missing
    yield '<section class="card" aria-labelledby="run">\n<h3 id="run">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.run'))
    yield '</h3>\n<dl class="facts">\n'
    for (l_1_key, l_1_value) in environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'facts'):
        _loop_vars = {}
        pass
        yield '<dt>'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), l_1_key, _loop_vars=_loop_vars))
        yield '</dt><dd><bdi>'
        yield escape(l_1_value)
        yield '</bdi></dd>\n'
    l_1_key = l_1_value = missing
    for (l_1_name, l_1_value) in environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'environment'):
        _loop_vars = {}
        pass
        yield '<dt>'
        if (l_1_name == 'platform'):
            pass
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'fact.platform', _loop_vars=_loop_vars))
        else:
            pass
            yield '<bdi>'
            yield escape(l_1_name)
            yield '</bdi>'
        yield '</dt><dd><bdi>'
        yield escape(l_1_value)
        yield '</bdi></dd>\n'
    l_1_name = l_1_value = missing
    yield '<dt>'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.again'))
    yield '</dt><dd><code>'
    yield escape(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'command'))
    yield '</code></dd>\n</dl>\n</section>\n</div>\n</div>'

blocks = {}
debug_info = '1=33&2=42&3=52&4=88&5=93&6=123&7=127&9=130&10=134&14=145&16=148&17=154&18=158&20=168&22=171&23=174&24=177&26=183&27=189&30=211&31=214&41=221&43=224&46=228&47=231&50=235&51=238&52=240&53=243&56=247&57=250&64=254&66=257&67=261&68=304&69=310&71=314&72=318&80=337&82=340&85=344&87=360&88=366&93=412&94=415&99=419&101=422&104=424&106=436&107=440&112=465&113=468&117=471&119=474&121=476&122=480&125=484&126=487&131=491&132=499&133=501&135=505&136=510&142=520&144=522&145=526&147=531&148=535&150=548'
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
    pass
    if (environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'since') and (environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'events') or (not environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'since'), 'is_empty')))):
        pass
        yield '<section class="card" aria-labelledby="since">\n<h3 id="since">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.since'))
        yield ' <a href="'
        yield escape(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'since'), 'link'))
        yield '">'
        yield escape(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'since'), 'started'))
        yield '</a></h3>\n'
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
        yield '<div class="since">\n'
        for (l_1_key, l_1_status, l_1_results) in (('overview.newly_failing', 'failed', environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'since'), 'newly_failing')), ('overview.fixed', 'passed', environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'since'), 'fixed')), ('overview.still_failing', 'failed', environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'since'), 'still_failing'))):
            _loop_vars = {}
            pass
            if l_1_results:
                pass
                yield '<div><h4><span class="st '
                yield escape(l_1_status)
                yield '">'
                yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), l_1_key, _loop_vars=_loop_vars))
                yield '</span> '
                yield escape(context.call(environment.getattr('{:,}', 'format'), t_1(l_1_results), _loop_vars=_loop_vars))
                yield '</h4>\n<ul>\n'
                for l_2_one in l_1_results[:10]:
                    l_2_href = resolve('href')
                    l_2_both = resolve('both')
                    _loop_vars = {}
                    pass
                    yield '<li><a href="'
                    yield escape(context.call((undefined(name='href') if l_2_href is missing else l_2_href), environment.getattr(l_2_one, 'anchor'), _loop_vars=_loop_vars))
                    yield '"><bdi>'
                    yield escape(environment.getattr(l_2_one, 'label'))
                    yield '</bdi></a>'
                    if environment.getattr(l_2_one, 'share'):
                        pass
                        yield ' '
                        yield escape(environment.getattr(l_2_one, 'share'))
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
                    yield '<p class="small">'
                    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': context.call(environment.getattr('{:,}', 'format'), (t_1(l_1_results) - 10), _loop_vars=_loop_vars)}, _loop_vars=_loop_vars))
                    yield '</p>\n'
                yield '</div>\n'
        l_1_key = l_1_status = l_1_results = missing
        yield '</div>\n</section>\n'
    if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'causes'):
        pass
        yield '<section class="card" aria-labelledby="why">\n<h3 id="why">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.why'))
        yield '</h3>\n<ol class="reasons">\n'
        l_1_loop = missing
        for l_1_cause, l_1_loop in LoopContext(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'causes')[:30], undefined):
            l_1_href = resolve('href')
            l_1_both = resolve('both')
            _loop_vars = {}
            pass
            yield '<li><a class="times" href="'
            yield escape(context.call((undefined(name='href') if l_1_href is missing else l_1_href), environment.getitem(environment.getitem(environment.getattr(l_1_cause, 'trials'), 0), 1), _loop_vars=_loop_vars))
            yield '">'
            yield escape(context.call(environment.getattr('{:,}', 'format'), environment.getattr(l_1_cause, 'times'), _loop_vars=_loop_vars))
            yield ' ×</a> <span><a class="text" href="'
            yield escape(context.call((undefined(name='href') if l_1_href is missing else l_1_href), environment.getitem(environment.getitem(environment.getattr(l_1_cause, 'trials'), 0), 1), _loop_vars=_loop_vars))
            yield '">'
            yield escape(context.call((undefined(name='both') if l_1_both is missing else l_1_both), environment.getattr(l_1_cause, 'title'), _loop_vars=_loop_vars))
            yield '</a>\n'
            if (environment.getattr(l_1_cause, 'expected') or environment.getattr(l_1_cause, 'seen')):
                pass
                yield '<span class="seen">'
                if environment.getattr(l_1_cause, 'expected'):
                    pass
                    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'verdict.expected', _loop_vars=_loop_vars))
                    yield ' <b>'
                    yield escape(context.call((undefined(name='both') if l_1_both is missing else l_1_both), environment.getattr(l_1_cause, 'expected'), 80, _loop_vars=_loop_vars))
                    yield '</b> '
                if environment.getattr(l_1_cause, 'seen'):
                    pass
                    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'verdict.seen', _loop_vars=_loop_vars))
                    yield ' <b>'
                    yield escape(context.call((undefined(name='both') if l_1_both is missing else l_1_both), environment.getattr(l_1_cause, 'seen'), 80, _loop_vars=_loop_vars))
                    yield '</b>'
                yield '</span>\n'
            yield '<span class="which">'
            l_2_loop = missing
            for (l_2_name, l_2_anchor), l_2_loop in LoopContext(environment.getattr(l_1_cause, 'trials'), undefined):
                _loop_vars = {}
                pass
                yield '<a href="'
                yield escape(context.call((undefined(name='href') if l_1_href is missing else l_1_href), l_2_anchor, _loop_vars=_loop_vars))
                yield '"><bdi>'
                yield escape(l_2_name)
                yield '</bdi></a>'
                if (not environment.getattr(l_2_loop, 'last')):
                    pass
                    yield ', '
            l_2_loop = l_2_name = l_2_anchor = missing
            if environment.getattr(l_1_cause, 'more'):
                pass
                yield ' '
                yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': context.call(environment.getattr('{:,}', 'format'), environment.getattr(l_1_cause, 'more'), _loop_vars=_loop_vars)}, _loop_vars=_loop_vars))
            yield '</span>\n'
            if environment.getattr(l_1_cause, 'next_step'):
                pass
                yield '<span class="which">'
                yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'trial.next', _loop_vars=_loop_vars))
                yield ' <code>'
                yield escape(context.call((undefined(name='both') if l_1_both is missing else l_1_both), environment.getattr(l_1_cause, 'next_step'), 300, _loop_vars=_loop_vars))
                yield '</code></span>\n'
            yield '</span></li>\n'
        l_1_loop = l_1_cause = l_1_href = l_1_both = missing
        yield '</ol>\n'
        if (t_1(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'causes')) > 30):
            pass
            yield '<p class="small"><a href="#v=trials&amp;st=failed,error">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': context.call(environment.getattr('{:,}', 'format'), (t_1(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'causes')) - 30))}))
            yield '</a></p>\n'
        yield '</section>\n'
    if ((environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'scenarios') and (not environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'comparison'))) and (not environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'mutation'))):
        pass
        yield '<section class="card" aria-labelledby="scenarios">\n<h3 id="scenarios">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'view.trials'))
        yield '</h3>\n<div class="scroll" tabindex="0" role="group" aria-labelledby="scenarios">\n<table class="scenarios">\n<thead><tr><th scope="col">'
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
        for l_1_one in environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'scenarios')[:30]:
            l_1_href = resolve('href')
            l_1_both = resolve('both')
            l_1_label = resolve('label')
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
            yield '</td><td>'
            if environment.getattr(l_1_one, 'causes'):
                pass
                yield escape(context.call((undefined(name='both') if l_1_both is missing else l_1_both), environment.getattr(environment.getitem(environment.getattr(l_1_one, 'causes'), 0), 'summary'), 60, _loop_vars=_loop_vars))
                if (t_1(environment.getattr(l_1_one, 'causes')) > 1):
                    pass
                    yield ' '
                    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': (t_1(environment.getattr(l_1_one, 'causes')) - 1)}, _loop_vars=_loop_vars))
            yield '</td>'
            if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'history'):
                pass
                yield '<td><span class="past" role="img" '
                yield escape(context.call((undefined(name='label') if l_1_label is missing else l_1_label), 'history.past', _loop_vars=_loop_vars))
                yield '>'
                for (l_2_status, l_2_icon) in environment.getattr(l_1_one, 'last_runs'):
                    _loop_vars = {}
                    pass
                    yield '<i class="'
                    yield escape(l_2_status)
                    yield '">'
                    yield escape(l_2_icon)
                    yield '</i>'
                l_2_status = l_2_icon = missing
                yield '</span></td>'
            yield '<td class="num">'
            if environment.getattr(l_1_one, 'tokens'):
                pass
                yield escape(context.call(environment.getattr('{:,}', 'format'), environment.getattr(l_1_one, 'tokens'), _loop_vars=_loop_vars))
            yield '</td><td class="num">'
            yield escape(environment.getattr(l_1_one, 'duration'))
            yield '</td></tr>\n'
        l_1_one = l_1_href = l_1_both = l_1_label = missing
        yield '</tbody>\n</table>\n</div>\n'
        if (t_1(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'scenarios')) > 30):
            pass
            yield '<p class="small"><a href="#v=trials">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': context.call(environment.getattr('{:,}', 'format'), (t_1(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'scenarios')) - 30))}))
            yield '</a></p>\n'
        yield '</section>\n'
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
    def t_3(fiter):
        for (l_1_key, l_1_top) in fiter:
            if l_1_top:
                yield (l_1_key, l_1_top)
    for (l_1_key, l_1_top) in t_3((('overview.slowest', environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'slowest')), ('overview.costliest', environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'costliest')))):
        _loop_vars = {}
        pass
        yield '<section class="card" aria-labelledby="'
        yield escape(t_2(context.eval_ctx, l_1_key, '.', '-'))
        yield '">\n<h3 id="'
        yield escape(t_2(context.eval_ctx, l_1_key, '.', '-'))
        yield '">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), l_1_key, _loop_vars=_loop_vars))
        yield '</h3>\n<ol class="top">\n'
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
        yield '<dt><bdi>'
        yield escape(l_1_name)
        yield '</bdi></dt><dd><bdi>'
        yield escape(l_1_value)
        yield '</bdi></dd>\n'
    l_1_name = l_1_value = missing
    yield '<dt>'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.again'))
    yield '</dt><dd><code>'
    yield escape(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'command'))
    yield '</code></dd>\n</dl>\n</section>\n</div>'

blocks = {}
debug_info = '1=25&3=28&4=34&5=38&8=49&9=52&10=55&12=61&13=67&16=88&17=91&25=96&27=99&29=102&30=108&31=116&32=119&34=134&35=151&36=154&41=161&42=164&46=167&48=170&51=172&53=188&54=195&59=240&60=243&64=246&66=249&69=251&71=263&72=267&77=292&78=295&82=298&84=301&86=303&87=307&90=311&91=314&96=318&97=326&98=328&100=332&101=337&107=347&109=349&110=353&112=358&113=362&115=368'
from jinja2.runtime import LoopContext, Macro, Markup, Namespace, TemplateNotFound, TemplateReference, TemplateRuntimeError, Undefined, escape, identity, internalcode, markup_join, missing, str_join
name = 'history.html.j2'

def root(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    l_0_view = resolve('view')
    l_0_word = resolve('word')
    pass
    if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'history'):
        pass
        yield '<div class="cards">\n'
        for l_1_chart in environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'history'), 'charts'):
            l_1_label = resolve('label')
            _loop_vars = {}
            pass
            yield '<figure class="card">\n<figcaption>'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), environment.getattr(l_1_chart, 'key'), _loop_vars=_loop_vars))
            yield '</figcaption>\n<div class="plot"><span>'
            yield escape(environment.getattr(l_1_chart, 'high'))
            yield '</span><svg class="trend" role="img" '
            yield escape(context.call((undefined(name='label') if l_1_label is missing else l_1_label), environment.getattr(l_1_chart, 'key'), _loop_vars=_loop_vars))
            yield ' viewBox="-4 -4 308 68" preserveAspectRatio="none"><line x1="0" y1="0" x2="300" y2="0"></line><line x1="0" y1="60" x2="300" y2="60"></line>'
            for l_2_x in environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'history'), 'marks'):
                _loop_vars = {}
                pass
                yield '<line class="event" x1="'
                yield escape(l_2_x)
                yield '" y1="-4" x2="'
                yield escape(l_2_x)
                yield '" y2="64"></line>'
            l_2_x = missing
            for l_2_points in environment.getattr(l_1_chart, 'lines'):
                _loop_vars = {}
                pass
                yield '<polyline points="'
                yield escape(l_2_points)
                yield '"></polyline>'
            l_2_points = missing
            yield '</svg><span>'
            yield escape(environment.getattr(l_1_chart, 'low'))
            yield '</span></div>\n</figure>\n'
        l_1_chart = l_1_label = missing
        yield '</div>\n<div class="scroll" tabindex="0" role="region" aria-labelledby="v=history">\n<table class="runs">\n<thead><tr><th scope="col">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'fact.run'))
        yield '</th><th scope="col">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'fact.started'))
        yield '</th><th scope="col">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'history.events'))
        yield '</th><th scope="col" class="num">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'status.passed'))
        yield '</th><th scope="col" class="num">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'status.failed'))
        yield '</th><th scope="col" class="num">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'status.error'))
        yield '</th><th scope="col" class="num">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.share'))
        yield '</th><th scope="col" class="num">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'history.p95'))
        yield '</th><th scope="col" class="num">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'fact.tokens'))
        yield '</th></tr></thead>\n<tbody>\n'
        l_1_loop = missing
        for l_1_run, l_1_loop in LoopContext(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'history'), 'runs'), undefined):
            _loop_vars = {}
            pass
            yield '<tr><th scope="row">'
            if environment.getattr(l_1_run, 'link'):
                pass
                yield '<a href="'
                yield escape(environment.getattr(l_1_run, 'link'))
                yield '"><bdi>'
                yield escape(environment.getattr(l_1_run, 'run_id'))
                yield '</bdi></a>'
            else:
                pass
                yield '<bdi>'
                yield escape(environment.getattr(l_1_run, 'run_id'))
                yield '</bdi> '
                yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'history.this', _loop_vars=_loop_vars))
            yield '</th><td>'
            yield escape(environment.getattr(l_1_run, 'started'))
            yield '</td><td>'
            l_2_loop = missing
            for l_2_event, l_2_loop in LoopContext(environment.getattr(l_1_run, 'events'), undefined):
                l_2_both = resolve('both')
                _loop_vars = {}
                pass
                yield escape(context.call((undefined(name='both') if l_2_both is missing else l_2_both), l_2_event, _loop_vars=_loop_vars))
                if (not environment.getattr(l_2_loop, 'last')):
                    pass
                    yield '<br>'
            l_2_loop = l_2_event = l_2_both = missing
            yield '</td><td class="num">'
            yield escape(environment.getattr(l_1_run, 'passed'))
            yield '</td><td class="num">'
            yield escape(environment.getattr(l_1_run, 'failed'))
            yield '</td><td class="num">'
            yield escape(environment.getattr(l_1_run, 'errors'))
            yield '</td><td class="num">'
            yield escape(environment.getattr(l_1_run, 'share'))
            yield '</td><td class="num">'
            yield escape(environment.getattr(l_1_run, 'p95'))
            yield '</td><td class="num">'
            yield escape(environment.getattr(l_1_run, 'tokens'))
            yield '</td></tr>\n'
        l_1_loop = l_1_run = missing
        yield '</tbody>\n</table>\n</div>\n'
    if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'flaky'):
        pass
        yield '<section class="card block" aria-labelledby="flaky">\n<h3 id="flaky">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.flaky'))
        yield '</h3>\n<p class="small">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'history.flaky'))
        yield '</p>\n<ol class="top-list">\n'
        for (l_1_name, l_1_anchor, l_1_history) in environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'flaky'):
            l_1_href = resolve('href')
            l_1_label = resolve('label')
            _loop_vars = {}
            pass
            yield '<li><a href="'
            yield escape(context.call((undefined(name='href') if l_1_href is missing else l_1_href), l_1_anchor, _loop_vars=_loop_vars))
            yield '"><bdi>'
            yield escape(l_1_name)
            yield '</bdi></a> <span class="past" role="img" '
            yield escape(context.call((undefined(name='label') if l_1_label is missing else l_1_label), 'history.past', _loop_vars=_loop_vars))
            yield '>'
            for (l_2_status, l_2__) in l_1_history:
                _loop_vars = {}
                pass
                yield '<i class="'
                yield escape(l_2_status)
                yield '"></i>'
            l_2_status = l_2__ = missing
            yield '</span></li>\n'
        l_1_name = l_1_anchor = l_1_history = l_1_href = l_1_label = missing
        yield '</ol>\n</section>\n'

blocks = {}
debug_info = '1=13&3=16&5=21&6=23&12=48&14=67&15=71&21=112&23=115&24=117&26=119&27=125'
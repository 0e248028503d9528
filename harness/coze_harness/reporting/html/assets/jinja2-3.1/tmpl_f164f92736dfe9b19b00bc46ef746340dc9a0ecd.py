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
    if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'reasons'):
        pass
        yield '<section class="card" aria-labelledby="why">\n<h3 id="why">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'overview.why'))
        yield '</h3>\n<ol class="reasons">\n'
        l_1_loop = missing
        for l_1_reason, l_1_loop in LoopContext(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'reasons'), undefined):
            _loop_vars = {}
            pass
            yield '<li><a class="times" href="'
            yield escape(environment.getattr(l_1_reason, 'link'))
            yield '">'
            yield escape(context.call(environment.getattr('{:,}', 'format'), environment.getattr(l_1_reason, 'times'), _loop_vars=_loop_vars))
            yield ' ×</a> <span><a class="text" href="'
            yield escape(environment.getattr(l_1_reason, 'link'))
            yield '"><bdi>'
            yield escape(environment.getattr(l_1_reason, 'text'))
            yield '</bdi></a>\n<span class="which">'
            l_2_loop = missing
            for (l_2_name, l_2_anchor), l_2_loop in LoopContext(environment.getattr(l_1_reason, 'trials'), undefined):
                l_2_href = resolve('href')
                _loop_vars = {}
                pass
                yield '<a href="'
                yield escape(context.call((undefined(name='href') if l_2_href is missing else l_2_href), l_2_anchor, _loop_vars=_loop_vars))
                yield '"><bdi>'
                yield escape(l_2_name)
                yield '</bdi></a>'
                if (not environment.getattr(l_2_loop, 'last')):
                    pass
                    yield ', '
            l_2_loop = l_2_name = l_2_anchor = l_2_href = missing
            if (environment.getattr(l_1_reason, 'times') > t_1(environment.getattr(l_1_reason, 'trials'))):
                pass
                yield ' '
                yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': context.call(environment.getattr('{:,}', 'format'), (environment.getattr(l_1_reason, 'times') - t_1(environment.getattr(l_1_reason, 'trials'))), _loop_vars=_loop_vars)}, _loop_vars=_loop_vars))
            yield '</span></span></li>\n'
        l_1_loop = l_1_reason = missing
        yield '</ol>\n</section>\n'
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
debug_info = '1=25&3=28&5=31&6=35&7=44&12=64&14=67&17=69&19=81&20=85&25=110&26=113&30=116&32=119&34=121&35=125&38=129&39=132&44=136&45=144&46=146&48=150&49=155&55=165&57=167&58=171&60=176&61=180&63=186'
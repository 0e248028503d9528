from jinja2.runtime import LoopContext, Macro, Markup, Namespace, TemplateNotFound, TemplateReference, TemplateRuntimeError, Undefined, escape, identity, internalcode, markup_join, missing, str_join
name = 'matrix.html.j2'

def root(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    l_0_word = resolve('word')
    l_0_view = resolve('view')
    try:
        t_1 = environment.filters['length']
    except KeyError:
        @internalcode
        def t_1(*unused):
            raise TemplateRuntimeError("No filter named 'length' found.")
    pass
    yield '<div class="scroll" tabindex="0" role="region" aria-labelledby="v=matrix">\n<table class="matrix">\n<thead><tr><th scope="col">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'fact.scenario'))
    yield '</th>'
    l_1_loop = missing
    for l_1_bot, l_1_loop in LoopContext(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'matrix'), 'bots'), undefined):
        _loop_vars = {}
        pass
        yield '<th scope="col"><bdi>'
        yield escape(l_1_bot)
        yield '</bdi> <span class="share">'
        yield escape(environment.getitem(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'matrix'), 'totals'), environment.getattr(l_1_loop, 'index0')))
        yield '</span></th>'
    l_1_loop = l_1_bot = missing
    yield '</tr></thead>\n<tbody>\n'
    for (l_1_name, l_1_cells, l_1_differs) in environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'matrix'), 'rows')[:1000]:
        _loop_vars = {}
        pass
        yield '<tr'
        if l_1_differs:
            pass
            yield ' class="differs"'
        yield '><th scope="row"><bdi>'
        yield escape(l_1_name)
        yield '</bdi>'
        if l_1_differs:
            pass
            yield ' <span class="share">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'matrix.differs', _loop_vars=_loop_vars))
            yield '</span>'
        yield '</th>'
        for l_2_cell in l_1_cells:
            l_2_href = resolve('href')
            _loop_vars = {}
            pass
            yield '<td>'
            if l_2_cell:
                pass
                yield '<a href="'
                yield escape(context.call((undefined(name='href') if l_2_href is missing else l_2_href), environment.getattr(l_2_cell, 'anchor'), _loop_vars=_loop_vars))
                yield '"><span class="st '
                yield escape(environment.getattr(l_2_cell, 'status'))
                yield '">'
                yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), markup_join(('status.', environment.getattr(l_2_cell, 'status'), )), _loop_vars=_loop_vars))
                yield '</span></a>'
                if environment.getattr(l_2_cell, 'share'):
                    pass
                    yield ' <span class="share">'
                    yield escape(environment.getattr(l_2_cell, 'share'))
                    yield '</span>'
            else:
                pass
                yield '<span class="share">'
                yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'matrix.not_asked', _loop_vars=_loop_vars))
                yield '</span>'
            yield '</td>'
        l_2_cell = l_2_href = missing
        yield '</tr>\n'
    l_1_name = l_1_cells = l_1_differs = missing
    yield '</tbody>\n</table>\n</div>\n'
    if (t_1(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'matrix'), 'rows')) > 1000):
        pass
        yield '<p class="small">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': context.call(environment.getattr('{:,}', 'format'), (t_1(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'matrix'), 'rows')) - 1000))}))
        yield '</p>\n'

blocks = {}
debug_info = '3=20&5=33&6=37&7=49&12=78&13=81'
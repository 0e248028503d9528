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
    l_0_answer = missing
    try:
        t_1 = environment.filters['length']
    except KeyError:
        @internalcode
        def t_1(*unused):
            raise TemplateRuntimeError("No filter named 'length' found.")
    pass
    def macro(l_1_preview):
        t_2 = []
        if l_1_preview is missing:
            l_1_preview = undefined("parameter 'preview' was not provided", name='preview')
        pass
        if environment.getattr(l_1_preview, 'text'):
            pass
            t_2.append(
                '<details class="said"><summary><bdi',
            )
            if environment.getattr(l_1_preview, 'language'):
                pass
                t_2.extend((
                    ' lang="',
                    escape(environment.getattr(l_1_preview, 'language')),
                    '"',
                ))
            t_2.extend((
                '>',
                escape(environment.getattr(l_1_preview, 'beginning')),
                '</bdi><span class="opened">',
                escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'who.answer')),
                '</span></summary><p dir="auto"',
            ))
            if environment.getattr(l_1_preview, 'language'):
                pass
                t_2.extend((
                    ' lang="',
                    escape(environment.getattr(l_1_preview, 'language')),
                    '"',
                ))
            t_2.extend((
                '>',
                escape(environment.getattr(l_1_preview, 'text')),
                '</p></details>\n',
            ))
        else:
            pass
            t_2.append(
                '<p class="said" dir="auto"',
            )
            if environment.getattr(l_1_preview, 'language'):
                pass
                t_2.extend((
                    ' lang="',
                    escape(environment.getattr(l_1_preview, 'language')),
                    '"',
                ))
            t_2.extend((
                '>',
                escape(environment.getattr(l_1_preview, 'beginning')),
                '</p>\n',
            ))
        return concat(t_2)
    context.exported_vars.add('answer')
    context.vars['answer'] = l_0_answer = Macro(environment, macro, 'answer', ('preview',), False, False, False, context.eval_ctx.autoescape)
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
    l_1_loop = missing
    for (l_1_name, l_1_cells, l_1_differs), l_1_loop in LoopContext(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'matrix'), 'rows')[:1000], undefined):
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
        l_2_loop = missing
        for l_2_cell, l_2_loop in LoopContext(l_1_cells, undefined):
            l_2_href = resolve('href')
            l_2_answers = resolve('answers')
            _loop_vars = {}
            pass
            yield '<td><bdi class="cell">'
            yield escape(environment.getitem(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'matrix'), 'bots'), environment.getattr(l_2_loop, 'index0')))
            yield '</bdi>'
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
                if (environment.getattr(l_2_cell, 'trial') in (undefined(name='answers') if l_2_answers is missing else l_2_answers)):
                    pass
                    yield escape(context.call((undefined(name='answer') if l_0_answer is missing else l_0_answer), environment.getitem((undefined(name='answers') if l_2_answers is missing else l_2_answers), environment.getattr(l_2_cell, 'trial')), _loop_vars=_loop_vars))
            else:
                pass
                yield '<span class="share">'
                yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'matrix.not_asked', _loop_vars=_loop_vars))
                yield '</span>'
            yield '</td>'
        l_2_loop = l_2_cell = l_2_href = l_2_answers = missing
        yield '</tr>\n'
    l_1_loop = l_1_name = l_1_cells = l_1_differs = missing
    yield '</tbody>\n</table>\n</div>\n'
    if (t_1(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'matrix'), 'rows')) > 1000):
        pass
        yield '<p class="small">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': context.call(environment.getattr('{:,}', 'format'), (t_1(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'matrix'), 'rows')) - 1000))}))
        yield '</p>\n'

blocks = {}
debug_info = '1=20&2=25&3=30&5=61&10=77&12=91&13=95&14=108&19=143&20=146'
from jinja2.runtime import LoopContext, Macro, Markup, Namespace, TemplateNotFound, TemplateReference, TemplateRuntimeError, Undefined, escape, identity, internalcode, markup_join, missing, str_join
name = 'earlier.html.j2'

def root(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    l_0_notes_of = l_0_earlier = missing
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
    def macro(l_1_view):
        t_3 = []
        if l_1_view is missing:
            l_1_view = undefined("parameter 'view' was not provided", name='view')
        pass
        for l_2_key in environment.getattr(l_1_view, 'notes'):
            _loop_vars = {}
            pass
            t_3.extend((
                '<p class="small" data-w="',
                escape(l_2_key),
                '"></p>',
            ))
        l_2_key = missing
        return concat(t_3)
    context.exported_vars.add('notes_of')
    context.vars['notes_of'] = l_0_notes_of = Macro(environment, macro, 'notes_of', ('view',), False, False, False, context.eval_ctx.autoescape)
    yield '\n'
    def macro(l_1_view):
        t_4 = []
        l_1_values_of = resolve('values_of')
        if l_1_view is missing:
            l_1_view = undefined("parameter 'view' was not provided", name='view')
        pass
        if environment.getattr(l_1_view, 'answers'):
            pass
            t_4.append(
                '<details class="fold block" data-earlier',
            )
            if environment.getattr(l_1_view, 'is_open'):
                pass
                t_4.append(
                    ' open',
                )
            t_4.extend((
                '><summary data-w="',
                escape(environment.getattr(l_1_view, 'title')),
                '" data-v="',
                escape(context.call((undefined(name='values_of') if l_1_values_of is missing else l_1_values_of), {'n': t_2(t_1(environment.getattr(l_1_view, 'answers')))})),
                '"></summary>',
            ))
            for (l_2_status, l_2_link, l_2_date, l_2_turns, l_2_more) in environment.getattr(l_1_view, 'answers'):
                _loop_vars = {}
                pass
                t_4.extend((
                    '<div class="card"><p><span class="st ',
                    escape(l_2_status),
                    '" data-w="status.',
                    escape(l_2_status),
                    '"></span> <a href="',
                    escape(l_2_link),
                    '">',
                    escape(l_2_date),
                    '</a></p>',
                ))
                for (l_3_number, l_3_prompt, l_3_tree) in l_2_turns:
                    _loop_vars = {}
                    pass
                    if l_3_number:
                        pass
                        t_4.extend((
                            '<p class="small" data-w="diff.turn" data-v="',
                            escape(context.call((undefined(name='values_of') if l_1_values_of is missing else l_1_values_of), {'n': t_2(l_3_number)}, _loop_vars=_loop_vars)),
                            '"></p>',
                        ))
                    if l_3_prompt:
                        pass
                        t_4.extend((
                            '<p class="prompt" dir="auto">',
                            escape(l_3_prompt),
                            '</p>',
                        ))
                    t_4.extend((
                        '<div class="diff" dir="auto" data-tree="',
                        escape(l_3_tree),
                        '"></div>',
                    ))
                l_3_number = l_3_prompt = l_3_tree = missing
                if l_2_more:
                    pass
                    t_4.extend((
                        '<p class="small" data-w="earlier.turns" data-v="',
                        escape(context.call((undefined(name='values_of') if l_1_values_of is missing else l_1_values_of), {'n': t_2(l_2_more)}, _loop_vars=_loop_vars)),
                        '"></p>',
                    ))
                t_4.append(
                    '</div>',
                )
            l_2_status = l_2_link = l_2_date = l_2_turns = l_2_more = missing
            t_4.extend((
                escape(context.call((undefined(name='notes_of') if l_0_notes_of is missing else l_0_notes_of), l_1_view)),
                '</details>',
            ))
        else:
            pass
            t_4.extend((
                '<div class="block" data-earlier>',
                escape(context.call((undefined(name='notes_of') if l_0_notes_of is missing else l_0_notes_of), l_1_view)),
                '</div>',
            ))
        return concat(t_4)
    context.exported_vars.add('earlier')
    context.vars['earlier'] = l_0_earlier = Macro(environment, macro, 'earlier', ('view',), False, False, False, context.eval_ctx.autoescape)

blocks = {}
debug_info = '4=25&5=30&8=43&9=49&10=54&11=66&12=80&13=103&14=115&16=122'
from jinja2.runtime import LoopContext, Macro, Markup, Namespace, TemplateNotFound, TemplateReference, TemplateRuntimeError, Undefined, escape, identity, internalcode, markup_join, missing, str_join
name = 'nodes.html.j2'

def root(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    l_0_node = l_0_segments = missing
    pass
    def macro(l_1_tokens):
        t_1 = []
        if l_1_tokens is missing:
            l_1_tokens = undefined("parameter 'tokens' was not provided", name='tokens')
        pass
        for (l_2_kind, l_2_text) in l_1_tokens:
            _loop_vars = {}
            pass
            if (not l_2_kind):
                pass
                t_1.append(
                    escape(l_2_text),
                )
            elif (l_2_kind == '<'):
                pass
                t_1.extend((
                    '<',
                    escape(l_2_text),
                ))
            elif (l_2_kind == '>'):
                pass
                t_1.append(
                    '>',
                )
            elif (l_2_kind == '/'):
                pass
                t_1.extend((
                    '</',
                    escape(l_2_text),
                    '>',
                ))
            else:
                pass
                t_1.extend((
                    ' ',
                    escape(l_2_kind),
                    '="',
                    escape(l_2_text),
                    '"',
                ))
        l_2_kind = l_2_text = missing
        return concat(t_1)
    context.exported_vars.add('node')
    context.vars['node'] = l_0_node = Macro(environment, macro, 'node', ('tokens',), False, False, False, context.eval_ctx.autoescape)
    def macro(l_1_all):
        t_2 = []
        if l_1_all is missing:
            l_1_all = undefined("parameter 'all' was not provided", name='all')
        pass
        for (l_2_op, l_2_text, l_2_is_fact) in l_1_all:
            _loop_vars = {}
            pass
            if (l_2_op == 'same'):
                pass
                t_2.append(
                    escape(l_2_text),
                )
            else:
                pass
                t_2.extend((
                    '<',
                    escape(l_2_op),
                ))
                if l_2_is_fact:
                    pass
                    t_2.append(
                        ' class="marked"',
                    )
                t_2.extend((
                    '>',
                    escape(l_2_text),
                    '</',
                    escape(l_2_op),
                    '>',
                ))
        l_2_op = l_2_text = l_2_is_fact = missing
        return concat(t_2)
    context.exported_vars.add('segments')
    context.vars['segments'] = l_0_segments = Macro(environment, macro, 'segments', ('all',), False, False, False, context.eval_ctx.autoescape)

blocks = {}
debug_info = '3=12&4=17&7=56&8=61'
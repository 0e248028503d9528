from jinja2.runtime import LoopContext, Macro, Markup, Namespace, TemplateNotFound, TemplateReference, TemplateRuntimeError, Undefined, escape, identity, internalcode, markup_join, missing, str_join
name = 'first.html.j2'

def root(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    l_0_trials = resolve('trials')
    l_0_node = missing
    pass
    included_template = environment.get_template('nodes.html.j2', 'first.html.j2')._get_default_module(context)
    l_0_node = getattr(included_template, 'node', missing)
    if l_0_node is missing:
        l_0_node = undefined(f"the template {included_template.__name__!r} (imported on line 2 in 'first.html.j2') does not export the requested name 'node'", name='node')
    context.vars['node'] = l_0_node
    context.exported_vars.discard('node')
    l_1_loop = missing
    for (l_1_name, l_1_badge, l_1_label, l_1_tree), l_1_loop in LoopContext((undefined(name='trials') if l_0_trials is missing else l_0_trials), undefined):
        _loop_vars = {}
        pass
        yield '<details class="first"'
        if (environment.getattr(l_1_loop, 'index0') < 3):
            pass
            yield ' open'
        yield '><summary><span class="st '
        yield escape(l_1_badge)
        yield '" data-w="status.'
        yield escape(l_1_badge)
        yield '">'
        yield escape(l_1_label)
        yield '</span> <b><bdi>'
        yield escape(l_1_name)
        yield '</bdi></b></summary>\n'
        yield escape(context.call((undefined(name='node') if l_0_node is missing else l_0_node), l_1_tree, _loop_vars=_loop_vars))
        yield '\n</details>\n'
    l_1_loop = l_1_name = l_1_badge = l_1_label = l_1_tree = missing

blocks = {}
debug_info = '2=13&3=20&4=24&5=36'
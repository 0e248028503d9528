from jinja2.runtime import LoopContext, Macro, Markup, Namespace, TemplateNotFound, TemplateReference, TemplateRuntimeError, Undefined, escape, identity, internalcode, markup_join, missing, str_join
name = 'mutations.html.j2'

def root(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    l_0_view = resolve('view')
    l_0_word = resolve('word')
    l_0_survivors = resolve('survivors')
    l_0_node = l_0_mutation = missing
    pass
    included_template = environment.get_template('nodes.html.j2', 'mutations.html.j2')._get_default_module(context)
    l_0_node = getattr(included_template, 'node', missing)
    if l_0_node is missing:
        l_0_node = undefined(f"the template {included_template.__name__!r} (imported on line 1 in 'mutations.html.j2') does not export the requested name 'node'", name='node')
    context.vars['node'] = l_0_node
    context.exported_vars.discard('node')
    l_0_mutation = environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'mutation')
    context.vars['mutation'] = l_0_mutation
    context.exported_vars.add('mutation')
    yield '<p class="small">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.explained'))
    yield ' <span class="fact">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.seed'))
    yield ' <b>'
    yield escape(environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'seed'))
    yield '</b></span></p>\n<div class="scroll" tabindex="0" role="region" aria-labelledby="v=mutations">\n<table class="scores">\n<thead><tr><th scope="col">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'fact.scenario'))
    yield '</th><th scope="col">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.score'))
    yield '</th><th scope="col">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.caught'))
    yield '</th></tr></thead>\n<tbody>\n'
    for l_1_score in environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'scores'):
        _loop_vars = {}
        pass
        yield '<tr class="'
        yield escape(environment.getattr(l_1_score, 'tone'))
        yield '"><th scope="row"><bdi>'
        yield escape(environment.getattr(l_1_score, 'scenario'))
        yield '</bdi></th><td class="share-cell">'
        if environment.getattr(l_1_score, 'share'):
            pass
            yield escape(environment.getattr(l_1_score, 'score'))
            yield '<svg class="interval" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="8"></rect><rect class="range" width="'
            yield escape(environment.getattr(l_1_score, 'share'))
            yield '" height="8"></rect></svg>'
        else:
            pass
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.none', _loop_vars=_loop_vars))
        yield '</td><td>'
        yield escape(environment.getattr(l_1_score, 'killed'))
        yield '</td></tr>\n'
    l_1_score = missing
    yield '</tbody>\n</table>\n</div>\n'
    l_1_loop = missing
    for (l_1_score, l_1_survivors), l_1_loop in LoopContext((undefined(name='survivors') if l_0_survivors is missing else l_0_survivors), undefined):
        l_1_first = missing
        _loop_vars = {}
        pass
        l_1_first = (environment.getattr(l_1_loop, 'index0') < 3)
        _loop_vars['first'] = l_1_first
        yield '<h3>'
        yield escape(environment.getattr(l_1_score, 'scenario'))
        yield ' <span class="share">'
        yield escape(environment.getattr(l_1_score, 'killed'))
        yield '</span></h3>\n'
        l_2_loop = missing
        for (l_2_survivor, l_2_tree), l_2_loop in LoopContext(l_1_survivors, undefined):
            l_2_href = resolve('href')
            _loop_vars = {}
            pass
            yield '<details class="survivor"'
            if ((undefined(name='first') if l_1_first is missing else l_1_first) and environment.getattr(l_2_loop, 'first')):
                pass
                yield ' open'
            yield '><summary><code>'
            yield escape(environment.getattr(l_2_survivor, 'operator'))
            yield '</code> <bdi>'
            yield escape(environment.getattr(l_2_survivor, 'trial'))
            yield '</bdi> '
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'diff.turn', {'n': environment.getattr(l_2_survivor, 'turn')}, _loop_vars=_loop_vars))
            yield '</summary>\n<p><a href="'
            yield escape(context.call((undefined(name='href') if l_2_href is missing else l_2_href), environment.getattr(l_2_survivor, 'anchor'), _loop_vars=_loop_vars))
            yield '&amp;t='
            yield escape(environment.getattr(l_2_survivor, 'turn'))
            yield '">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.open', _loop_vars=_loop_vars))
            yield '</a></p>\n<div class="diff">'
            yield escape(context.call((undefined(name='node') if l_0_node is missing else l_0_node), l_2_tree, _loop_vars=_loop_vars))
            yield '</div>\n'
            if environment.getattr(l_2_survivor, 'expectations'):
                pass
                yield '<p class="small">'
                yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.let_pass', _loop_vars=_loop_vars))
                yield '</p>\n<ul>\n'
                for l_3_expectation in environment.getattr(l_2_survivor, 'expectations'):
                    l_3_both = resolve('both')
                    _loop_vars = {}
                    pass
                    yield '<li>'
                    yield escape(context.call((undefined(name='both') if l_3_both is missing else l_3_both), l_3_expectation, 2000, _loop_vars=_loop_vars))
                    yield '</li>\n'
                l_3_expectation = l_3_both = missing
                yield '</ul>\n'
            if environment.getattr(l_2_survivor, 'hint'):
                pass
                yield '<p class="small">'
                yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.hint', _loop_vars=_loop_vars))
                yield '</p>\n<pre>'
                yield escape(environment.getattr(l_2_survivor, 'hint'))
                yield '</pre>\n'
            yield '</details>\n'
        l_2_loop = l_2_survivor = l_2_tree = l_2_href = missing
    l_1_loop = l_1_score = l_1_survivors = l_1_first = missing
    if environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'more'):
        pass
        yield '<p class="small">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': context.call(environment.getattr('{:,}', 'format'), environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'more'))}))
        yield '</p>\n'

blocks = {}
debug_info = '1=15&2=21&3=25&6=31&8=37&9=41&14=60&15=64&16=67&17=72&18=77&19=87&20=93&21=95&22=98&24=100&25=105&29=109&30=112&31=114&36=119&37=122'
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
    l_0_unclassed = resolve('unclassed')
    l_0_both = resolve('both')
    l_0_node = l_0_mutation = l_0_suggestion = l_0_example = missing
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
    included_template = environment.get_template('nodes.html.j2', 'mutations.html.j2')._get_default_module(context)
    l_0_node = getattr(included_template, 'node', missing)
    if l_0_node is missing:
        l_0_node = undefined(f"the template {included_template.__name__!r} (imported on line 2 in 'mutations.html.j2') does not export the requested name 'node'", name='node')
    context.vars['node'] = l_0_node
    context.exported_vars.discard('node')
    l_0_mutation = environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'mutation')
    context.vars['mutation'] = l_0_mutation
    context.exported_vars.add('mutation')
    def macro(l_1_survivor):
        t_3 = []
        if l_1_survivor is missing:
            l_1_survivor = undefined("parameter 'survivor' was not provided", name='survivor')
        pass
        if environment.getattr(l_1_survivor, 'hint'):
            pass
            t_3.extend((
                '<div><p class="small">',
                escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.suggested')),
                '</p><pre class="code">- ',
                escape(t_2(context.eval_ctx, environment.getattr(l_1_survivor, 'hint'), '\n', '\n  ')),
                '</pre><button type="button" class="script small" data-do="yaml">',
                escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.copy_yaml')),
                '</button></div>\n',
            ))
        else:
            pass
            t_3.extend((
                '<p class="small">',
                escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.no_suggestion')),
                '</p>\n',
            ))
        return concat(t_3)
    context.exported_vars.add('suggestion')
    context.vars['suggestion'] = l_0_suggestion = Macro(environment, macro, 'suggestion', ('survivor',), False, False, False, context.eval_ctx.autoescape)
    def macro(l_1_scenario, l_1_survivor, l_1_label):
        t_4 = []
        l_1_href = resolve('href')
        l_1_flatten = resolve('flatten')
        if l_1_scenario is missing:
            l_1_scenario = undefined("parameter 'scenario' was not provided", name='scenario')
        if l_1_survivor is missing:
            l_1_survivor = undefined("parameter 'survivor' was not provided", name='survivor')
        if l_1_label is missing:
            l_1_label = undefined("parameter 'label' was not provided", name='label')
        pass
        t_4.extend((
            '<div class="exm"><div><h3><a href="',
            escape(context.call((undefined(name='href') if l_1_href is missing else l_1_href), environment.getattr(l_1_survivor, 'anchor'))),
            '&amp;t=',
            escape(environment.getattr(l_1_survivor, 'turn')),
            '"><bdi>',
            escape(l_1_scenario),
            '</bdi></a> <span class="small">',
            escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), l_1_label)),
            '</span></h3>\n<div class="answer"><div class="diff">',
            escape(context.call((undefined(name='node') if l_0_node is missing else l_0_node), context.call((undefined(name='flatten') if l_1_flatten is missing else l_1_flatten), environment.getattr(l_1_survivor, 'tree')))),
            '</div></div>\n',
        ))
        if environment.getattr(l_1_survivor, 'expectations'):
            pass
            t_4.extend((
                '<details class="fold"><summary>',
                escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.let_pass')),
                '</summary><ul>\n',
            ))
            for l_2_expectation in environment.getattr(l_1_survivor, 'expectations'):
                _loop_vars = {}
                pass
                t_4.extend((
                    '<li>',
                    escape(context.call((undefined(name='both') if l_0_both is missing else l_0_both), l_2_expectation, 2000, _loop_vars=_loop_vars)),
                    '</li>\n',
                ))
            l_2_expectation = missing
            t_4.append(
                '</ul></details>\n',
            )
        t_4.extend((
            '</div><div>',
            escape(context.call((undefined(name='suggestion') if l_0_suggestion is missing else l_0_suggestion), l_1_survivor)),
            '</div></div>\n',
        ))
        return concat(t_4)
    context.exported_vars.add('example')
    context.vars['example'] = l_0_example = Macro(environment, macro, 'example', ('scenario', 'survivor', 'label'), False, False, False, context.eval_ctx.autoescape)
    yield '<div class="top2">\n<section class="panel" aria-labelledby="protection"><h2 id="protection">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.missing'))
    yield ' <span class="small">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.serious_first'))
    yield '</span></h2>\n'
    if ((environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'missing') or environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'rejected')) or (undefined(name='unclassed') if l_0_unclassed is missing else l_0_unclassed)):
        pass
        yield '<ol class="toc">\n'
        l_1_loop = missing
        for l_1_one, l_1_loop in LoopContext(environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'missing'), undefined):
            _loop_vars = {}
            pass
            yield '<li><span class="n">'
            yield escape(environment.getattr(l_1_loop, 'index'))
            yield '</span><a href="#g='
            yield escape(environment.getattr(l_1_one, 'key'))
            yield '">'
            yield escape(context.call((undefined(name='both') if l_0_both is missing else l_0_both), environment.getattr(l_1_one, 'title'), _loop_vars=_loop_vars))
            yield '</a><span class="small">'
            yield escape(context.call((undefined(name='both') if l_0_both is missing else l_0_both), environment.getattr(l_1_one, 'counts'), _loop_vars=_loop_vars))
            yield '</span></li>\n'
        l_1_loop = l_1_one = missing
        if environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'rejected'):
            pass
            yield '<li><span class="n">'
            yield escape((t_1(environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'missing')) + 1))
            yield '</span><a href="#g=rejected">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.rejected'))
            yield '</a><span class="small">'
            yield escape(context.call(environment.getattr('{:,}', 'format'), environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'rejected')))
            yield '</span></li>\n'
        if (undefined(name='unclassed') if l_0_unclassed is missing else l_0_unclassed):
            pass
            yield '<li><span class="n">'
            yield escape(((t_1(environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'missing')) + 1) + (1 if environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'rejected') else 0)))
            yield '</span><a href="#g=other">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.other'))
            yield '</a><span class="small">'
            yield escape(t_1((undefined(name='unclassed') if l_0_unclassed is missing else l_0_unclassed)))
            yield '</span></li>\n'
        yield '</ol>\n'
    else:
        pass
        yield '<p class="do"><span class="st passed">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.nothing_missing'))
        yield '</span></p>\n'
    if environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'suggestions'):
        pass
        yield '<p class="do">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.add_all', {'n': environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'suggestions')}))
        yield ' <span class="cmd"><code>coze-harness suggest --write</code><button type="button" class="script quiet" data-do="code">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'json.copy'))
        yield '</button></span></p>\n'
    yield '</section>\n<section class="panel" aria-labelledby="classes"><h2 id="classes">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), ('mutations.by_class' if environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'classes') else 'mutations.score')))
    yield '</h2>\n<table>\n'
    if environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'classes'):
        pass
        yield '<thead><tr><th scope="col">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.class'))
        yield '</th><th scope="col"><span class="sr">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.share'))
        yield '</span></th><th scope="col" class="num">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.caught'))
        yield '</th><th scope="col" class="num">%</th></tr></thead>\n<tbody>\n'
        for l_1_one in environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'classes'):
            _loop_vars = {}
            pass
            yield '<tr class="'
            yield escape(('low' if environment.getattr(l_1_one, 'is_low') else ''))
            yield '"><th scope="row">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), markup_join(('mutations.class.', (environment.getattr(l_1_one, 'key') or 'good'), )), _loop_vars=_loop_vars))
            yield '</th><td><svg class="interval" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="8"></rect><rect class="range" width="'
            yield escape(environment.getattr(l_1_one, 'share'))
            yield '" height="8"></rect></svg></td><td class="num">'
            yield escape(environment.getattr(l_1_one, 'ratio'))
            yield '</td><td class="num">'
            yield escape(environment.getattr(l_1_one, 'share'))
            yield '</td></tr>\n'
        l_1_one = missing
        yield '</tbody>\n'
    else:
        pass
        yield '<tbody>\n'
        for l_1_score in environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'scores')[:20]:
            _loop_vars = {}
            pass
            yield '<tr><th scope="row"><bdi>'
            yield escape(environment.getattr(l_1_score, 'scenario'))
            yield '</bdi></th><td class="num">'
            if environment.getattr(l_1_score, 'share'):
                pass
                yield escape(environment.getattr(l_1_score, 'score'))
            else:
                pass
                yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.none', _loop_vars=_loop_vars))
            yield '</td><td class="num">'
            yield escape(environment.getattr(l_1_score, 'killed'))
            yield '</td></tr>\n'
        l_1_score = missing
        yield '</tbody>\n'
    yield '</table>\n</section>\n</div>\n'
    for l_1_one in environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'missing'):
        _loop_vars = {}
        pass
        yield '<section class="panel mgroup" id="g='
        yield escape(environment.getattr(l_1_one, 'key'))
        yield '" aria-labelledby="m='
        yield escape(environment.getattr(l_1_one, 'key'))
        yield '" tabindex="-1">\n<div class="head"><h2 id="m='
        yield escape(environment.getattr(l_1_one, 'key'))
        yield '">'
        yield escape(context.call((undefined(name='both') if l_0_both is missing else l_0_both), environment.getattr(l_1_one, 'title'), _loop_vars=_loop_vars))
        yield '</h2><span class="soft">'
        yield escape(context.call((undefined(name='both') if l_0_both is missing else l_0_both), environment.getattr(l_1_one, 'counts'), _loop_vars=_loop_vars))
        yield '</span><p>'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), markup_join(('mutations.why.', environment.getattr(l_1_one, 'key'), )), _loop_vars=_loop_vars))
        yield '</p></div>\n'
        yield escape(context.call((undefined(name='example') if l_0_example is missing else l_0_example), environment.getattr(l_1_one, 'scenario'), environment.getattr(l_1_one, 'example'), 'mutations.passed_wrong', _loop_vars=_loop_vars))
        yield '\n'
        if environment.getattr(l_1_one, 'others'):
            pass
            yield '<details><summary>'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.more_scenarios', {'n': t_1(environment.getattr(l_1_one, 'others'))}, _loop_vars=_loop_vars))
            yield '</summary>\n'
            for (l_2_scenario, l_2_survivor) in environment.getattr(l_1_one, 'others'):
                _loop_vars = {}
                pass
                yield escape(context.call((undefined(name='example') if l_0_example is missing else l_0_example), l_2_scenario, l_2_survivor, 'mutations.passed_wrong', _loop_vars=_loop_vars))
                yield '\n'
            l_2_scenario = l_2_survivor = missing
            if environment.getattr(l_1_one, 'more'):
                pass
                yield '<p class="do small">'
                yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': environment.getattr(l_1_one, 'more')}, _loop_vars=_loop_vars))
                yield '</p>\n'
            yield '</details>\n'
        yield '</section>\n'
    l_1_one = missing
    if environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'rejections'):
        pass
        yield '<section class="panel mgroup" id="g=rejected" aria-labelledby="m=rejected" tabindex="-1">\n<div class="head"><h2 id="m=rejected">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.rejected'))
        yield '</h2><span class="soft">'
        yield escape(context.call(environment.getattr('{:,}', 'format'), environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'rejected')))
        yield '</span><p>'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.why.rejected'))
        yield '</p></div>\n'
        l_1_loop = missing
        for l_1_one, l_1_loop in LoopContext(environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'rejections'), undefined):
            l_1_href = resolve('href')
            l_1_flatten = resolve('flatten')
            _loop_vars = {}
            pass
            if (environment.getattr(l_1_loop, 'index') == 2):
                pass
                yield '<details><summary>'
                yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.more_answers', {'n': (t_1(environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'rejections')) - 1)}, _loop_vars=_loop_vars))
                yield '</summary>'
            yield '<div class="exm"><div><h3><a href="'
            yield escape(context.call((undefined(name='href') if l_1_href is missing else l_1_href), environment.getattr(l_1_one, 'anchor'), _loop_vars=_loop_vars))
            yield '&amp;t='
            yield escape(environment.getattr(l_1_one, 'turn'))
            yield '"><bdi>'
            yield escape(environment.getattr(l_1_one, 'scenario'))
            yield '</bdi></a> <span class="small">'
            yield escape(context.call((undefined(name='both') if l_0_both is missing else l_0_both), environment.getattr(l_1_one, 'origin'), _loop_vars=_loop_vars))
            yield '</span></h3>\n<div class="answer"><div class="diff">'
            yield escape(context.call((undefined(name='node') if l_0_node is missing else l_0_node), context.call((undefined(name='flatten') if l_1_flatten is missing else l_1_flatten), environment.getattr(l_1_one, 'tree'), _loop_vars=_loop_vars), _loop_vars=_loop_vars))
            yield '</div></div></div>\n<div><p class="small">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.rejected_by', _loop_vars=_loop_vars))
            yield '</p><p>'
            yield escape(context.call((undefined(name='both') if l_0_both is missing else l_0_both), environment.getattr(l_1_one, 'expected'), 400, _loop_vars=_loop_vars))
            yield '</p></div></div>\n'
            if (environment.getattr(l_1_loop, 'last') and (environment.getattr(l_1_loop, 'index') > 1)):
                pass
                yield '</details>'
        l_1_loop = l_1_one = l_1_href = l_1_flatten = missing
        yield '</section>\n'
    if (undefined(name='unclassed') if l_0_unclassed is missing else l_0_unclassed):
        pass
        yield '<section class="panel mgroup" id="g=other" aria-labelledby="m=other" tabindex="-1">\n<div class="head"><h2 id="m=other">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.other'))
        yield '</h2></div>\n'
        l_1_loop = missing
        for (l_1_score, l_1_survivor), l_1_loop in LoopContext((undefined(name='unclassed') if l_0_unclassed is missing else l_0_unclassed), undefined):
            _loop_vars = {}
            pass
            if (environment.getattr(l_1_loop, 'index') == 2):
                pass
                yield '<details><summary>'
                yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.more_answers', {'n': (t_1((undefined(name='unclassed') if l_0_unclassed is missing else l_0_unclassed)) - 1)}, _loop_vars=_loop_vars))
                yield '</summary>'
            yield escape(context.call((undefined(name='example') if l_0_example is missing else l_0_example), environment.getattr(l_1_score, 'scenario'), l_1_survivor, 'mutations.passed_wrong', _loop_vars=_loop_vars))
            yield '\n'
            if (environment.getattr(l_1_loop, 'last') and (environment.getattr(l_1_loop, 'index') > 1)):
                pass
                yield '</details>'
        l_1_loop = l_1_score = l_1_survivor = missing
        yield '</section>\n'
    yield '<p class="small block">'
    yield escape(context.call((undefined(name='both') if l_0_both is missing else l_0_both), environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'counts')))
    yield ' · '
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.explained'))
    yield ' <span class="fact">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'mutations.seed'))
    yield ' <b>'
    yield escape(environment.getattr((undefined(name='mutation') if l_0_mutation is missing else l_0_mutation), 'seed'))
    yield '</b></span></p>'

blocks = {}
debug_info = '2=28&3=34&4=37&5=42&6=46&8=57&11=63&12=76&13=84&14=87&15=91&16=94&17=99&21=108&24=115&25=119&27=123&28=127&30=136&31=139&33=145&34=148&38=158&40=160&41=163&44=168&46=170&47=173&49=179&50=183&55=198&56=202&63=216&64=220&65=224&66=232&67=234&68=237&69=239&70=242&72=245&73=248&79=253&81=256&82=263&83=268&84=274&85=282&86=284&87=288&91=293&93=296&94=299&95=302&96=307&97=309&101=315'
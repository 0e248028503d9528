from jinja2.runtime import LoopContext, Macro, Markup, Namespace, TemplateNotFound, TemplateReference, TemplateRuntimeError, Undefined, escape, identity, internalcode, markup_join, missing, str_join
name = 'compare.html.j2'

def root(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    l_0_view = resolve('view')
    l_0_word = resolve('word')
    l_0_phrase = resolve('phrase')
    l_0_label = resolve('label')
    l_0_bots = resolve('bots')
    l_0_node = l_0_compare = missing
    pass
    included_template = environment.get_template('nodes.html.j2', 'compare.html.j2')._get_default_module(context)
    l_0_node = getattr(included_template, 'node', missing)
    if l_0_node is missing:
        l_0_node = undefined(f"the template {included_template.__name__!r} (imported on line 1 in 'compare.html.j2') does not export the requested name 'node'", name='node')
    context.vars['node'] = l_0_node
    context.exported_vars.discard('node')
    l_0_compare = environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'comparison')
    context.vars['compare'] = l_0_compare
    context.exported_vars.add('compare')
    yield '<p><span class="fact">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'compare.baseline'))
    yield ' <b>'
    yield escape(context.call((undefined(name='phrase') if l_0_phrase is missing else l_0_phrase), environment.getitem(environment.getattr((undefined(name='compare') if l_0_compare is missing else l_0_compare), 'sides'), 0)))
    yield '</b></span> <span class="fact">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'compare.candidate'))
    yield ' <b>'
    yield escape(context.call((undefined(name='phrase') if l_0_phrase is missing else l_0_phrase), environment.getitem(environment.getattr((undefined(name='compare') if l_0_compare is missing else l_0_compare), 'sides'), 1)))
    yield '</b></span></p>\n'
    if environment.getattr((undefined(name='compare') if l_0_compare is missing else l_0_compare), 'counts'):
        pass
        yield '<ul class="counts">\n'
        for l_1_count in environment.getattr((undefined(name='compare') if l_0_compare is missing else l_0_compare), 'counts'):
            _loop_vars = {}
            pass
            yield '<li><a href="'
            yield escape(environment.getattr(l_1_count, 'link'))
            yield '"><b>'
            yield escape(context.call(environment.getattr('{:,}', 'format'), environment.getattr(l_1_count, 'number'), _loop_vars=_loop_vars))
            yield '</b> <span class="ch '
            yield escape(environment.getattr(l_1_count, 'kind'))
            yield '">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), markup_join(('change.', environment.getattr(l_1_count, 'kind'), )), _loop_vars=_loop_vars))
            yield '</span></a></li>\n'
        l_1_count = missing
        yield '</ul>\n'
    if environment.getattr((undefined(name='compare') if l_0_compare is missing else l_0_compare), 'suite'):
        pass
        yield '<p>'
        yield escape(context.call((undefined(name='phrase') if l_0_phrase is missing else l_0_phrase), environment.getattr((undefined(name='compare') if l_0_compare is missing else l_0_compare), 'suite')))
        yield '</p>\n'
    if environment.getattr((undefined(name='compare') if l_0_compare is missing else l_0_compare), 'cost'):
        pass
        yield '<p>'
        yield escape(context.call((undefined(name='phrase') if l_0_phrase is missing else l_0_phrase), environment.getattr((undefined(name='compare') if l_0_compare is missing else l_0_compare), 'cost')))
        yield '</p>\n'
    if environment.getattr((undefined(name='compare') if l_0_compare is missing else l_0_compare), 'scenarios'):
        pass
        yield '<div class="scroll" tabindex="0" role="region" '
        yield escape(context.call((undefined(name='label') if l_0_label is missing else l_0_label), 'compare.scenarios'))
        yield '>\n<table class="shares">\n<thead><tr><th scope="col">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'fact.scenario'))
        yield '</th><th scope="col">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'fact.bot'))
        yield '</th><th scope="col">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'diff.before'))
        yield '</th><th scope="col">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'diff.now'))
        yield '</th><th scope="col">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'compare.finding'))
        yield '</th></tr></thead>\n<tbody>\n'
        for l_1_found in environment.getattr((undefined(name='compare') if l_0_compare is missing else l_0_compare), 'scenarios'):
            _loop_vars = {}
            pass
            yield '<tr class="'
            yield escape(environment.getattr(l_1_found, 'tone'))
            yield '"><th scope="row"><a href="'
            yield escape(environment.getattr(l_1_found, 'link'))
            yield '"><bdi>'
            yield escape(environment.getattr(l_1_found, 'scenario'))
            yield '</bdi></a></th><td><bdi>'
            yield escape(environment.getattr(l_1_found, 'bot'))
            yield '</bdi></td>'
            for l_2_side in (environment.getattr(l_1_found, 'before'), environment.getattr(l_1_found, 'after')):
                _loop_vars = {}
                pass
                yield '<td class="share-cell">'
                yield escape(environment.getattr(l_2_side, 'passed'))
                yield '<svg class="interval" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="8"></rect><rect class="range" x="'
                yield escape(environment.getattr(l_2_side, 'low'))
                yield '" width="'
                yield escape(environment.getattr(l_2_side, 'width'))
                yield '" height="8"></rect><rect class="at" x="'
                yield escape(environment.getattr(l_2_side, 'share'))
                yield '" width="1.5" height="8"></rect></svg></td>'
            l_2_side = missing
            yield '<td>'
            yield escape(context.call((undefined(name='phrase') if l_0_phrase is missing else l_0_phrase), environment.getattr(l_1_found, 'assessment'), _loop_vars=_loop_vars))
            for l_2_note in environment.getattr(l_1_found, 'notes'):
                _loop_vars = {}
                pass
                yield ' '
                yield escape(context.call((undefined(name='phrase') if l_0_phrase is missing else l_0_phrase), l_2_note, _loop_vars=_loop_vars))
            l_2_note = missing
            if environment.getattr(l_1_found, 'test'):
                pass
                yield ' <span class="small">'
                yield escape(environment.getattr(l_1_found, 'test'))
                yield '</span>'
            yield '</td></tr>\n'
        l_1_found = missing
        yield '</tbody>\n</table>\n</div>\n'
        if environment.getattr((undefined(name='compare') if l_0_compare is missing else l_0_compare), 'more'):
            pass
            yield '<p class="small">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.and_more', {'n': context.call(environment.getattr('{:,}', 'format'), environment.getattr((undefined(name='compare') if l_0_compare is missing else l_0_compare), 'more'))}))
            yield '</p>\n'
    else:
        pass
        yield '<p class="empty">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'compare.as_before'))
        yield '</p>\n'
    for (l_1_bot, l_1_prompt) in (undefined(name='bots') if l_0_bots is missing else l_0_bots):
        _loop_vars = {}
        pass
        yield '<section class="card">\n<h3>'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'fact.bot', _loop_vars=_loop_vars))
        yield ' <bdi>'
        yield escape(environment.getattr(l_1_bot, 'name'))
        yield '</bdi></h3>\n'
        if (not environment.getattr(l_1_bot, 'known')):
            pass
            yield '<p class="note warning">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'compare.unknown_bot', _loop_vars=_loop_vars))
            yield '</p>\n'
        elif (not ((environment.getattr(l_1_bot, 'facts') or environment.getattr(l_1_bot, 'differences')) or l_1_prompt)):
            pass
            yield '<p class="empty">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'compare.same_bot', _loop_vars=_loop_vars))
            yield '</p>\n'
        if (environment.getattr(l_1_bot, 'facts') or environment.getattr(l_1_bot, 'differences')):
            pass
            yield '<div class="scroll" tabindex="0" role="region" '
            yield escape(context.call((undefined(name='label') if l_0_label is missing else l_0_label), 'compare.bot', _loop_vars=_loop_vars))
            yield '>\n<table class="sides">\n<thead><tr><td></td><th scope="col">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'diff.before', _loop_vars=_loop_vars))
            yield '</th><th scope="col">'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'diff.now', _loop_vars=_loop_vars))
            yield '</th></tr></thead>\n<tbody>\n'
            for (l_2_key, l_2_before, l_2_after) in environment.getattr(l_1_bot, 'facts'):
                _loop_vars = {}
                pass
                yield '<tr><th scope="row">'
                yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), l_2_key, _loop_vars=_loop_vars))
                yield '</th><td>'
                yield escape(l_2_before)
                yield '</td><td>'
                yield escape(l_2_after)
                yield '</td></tr>\n'
            l_2_key = l_2_before = l_2_after = missing
            for (l_2_name, l_2_before, l_2_after) in environment.getattr(l_1_bot, 'differences'):
                _loop_vars = {}
                pass
                yield '<tr><th scope="row"><code>'
                yield escape(l_2_name)
                yield '</code></th><td><code>'
                yield escape(l_2_before)
                yield '</code></td><td><code>'
                yield escape(l_2_after)
                yield '</code></td></tr>\n'
            l_2_name = l_2_before = l_2_after = missing
            yield '</tbody>\n</table>\n</div>\n'
        if l_1_prompt:
            pass
            yield '<h4>'
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'fact.bot_prompt', _loop_vars=_loop_vars))
            yield '</h4>\n<div class="diff lines">'
            yield escape(context.call((undefined(name='node') if l_0_node is missing else l_0_node), l_1_prompt, _loop_vars=_loop_vars))
            yield '</div>\n'
        yield '</section>\n'
    l_1_bot = l_1_prompt = missing

blocks = {}
debug_info = '1=17&2=23&3=27&4=35&6=38&7=42&11=52&12=55&14=57&15=60&17=62&18=65&20=67&22=77&23=81&24=89&25=103&30=118&31=121&34=126&36=128&38=132&39=136&40=139&41=141&42=144&44=146&45=149&47=151&49=155&50=159&52=166&53=170&59=178&60=181&61=183'
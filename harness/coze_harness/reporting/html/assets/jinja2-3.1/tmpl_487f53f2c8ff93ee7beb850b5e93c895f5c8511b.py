from jinja2.runtime import LoopContext, Macro, Markup, Namespace, TemplateNotFound, TemplateReference, TemplateRuntimeError, Undefined, escape, identity, internalcode, markup_join, missing, str_join
name = 'page.html.j2'

def root(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    l_0_language = resolve('language')
    l_0_layout = resolve('layout')
    l_0_scripts = resolve('scripts')
    l_0_phrase_text = resolve('phrase_text')
    l_0_view = resolve('view')
    l_0_inline_asset = resolve('inline_asset')
    l_0_review = resolve('review')
    l_0_values_of = resolve('values_of')
    l_0_rows = resolve('rows')
    l_0_listed = resolve('listed')
    l_0_detailed = resolve('detailed')
    l_0_first = resolve('first')
    l_0_head = resolve('head')
    l_0_chunks = resolve('chunks')
    l_0_word = l_0_both = l_0_phrase = l_0_href = l_0_label = l_0_home = l_0_optional = missing
    pass
    included_template = environment.get_template('words.html.j2', 'page.html.j2').make_module(context.get_all(), True, {'both': l_0_both, 'home': l_0_home, 'href': l_0_href, 'label': l_0_label, 'optional': l_0_optional, 'phrase': l_0_phrase, 'word': l_0_word})
    l_0_word = getattr(included_template, 'word', missing)
    if l_0_word is missing:
        l_0_word = undefined(f"the template {included_template.__name__!r} (imported on line 1 in 'page.html.j2') does not export the requested name 'word'", name='word')
    l_0_both = getattr(included_template, 'both', missing)
    if l_0_both is missing:
        l_0_both = undefined(f"the template {included_template.__name__!r} (imported on line 1 in 'page.html.j2') does not export the requested name 'both'", name='both')
    l_0_phrase = getattr(included_template, 'phrase', missing)
    if l_0_phrase is missing:
        l_0_phrase = undefined(f"the template {included_template.__name__!r} (imported on line 1 in 'page.html.j2') does not export the requested name 'phrase'", name='phrase')
    l_0_href = getattr(included_template, 'href', missing)
    if l_0_href is missing:
        l_0_href = undefined(f"the template {included_template.__name__!r} (imported on line 1 in 'page.html.j2') does not export the requested name 'href'", name='href')
    l_0_label = getattr(included_template, 'label', missing)
    if l_0_label is missing:
        l_0_label = undefined(f"the template {included_template.__name__!r} (imported on line 1 in 'page.html.j2') does not export the requested name 'label'", name='label')
    context.vars.update({'word': l_0_word, 'both': l_0_both, 'phrase': l_0_phrase, 'href': l_0_href, 'label': l_0_label})
    context.exported_vars.difference_update(('word', 'both', 'phrase', 'href', 'label'))
    yield '<!doctype html>\n<html lang="'
    yield escape(('zh-CN' if ((undefined(name='language') if l_0_language is missing else l_0_language) == 'zh') else 'en'))
    yield '">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="'
    yield escape(context.call(environment.getattr((undefined(name='layout') if l_0_layout is missing else l_0_layout), 'policy'), (undefined(name='scripts') if l_0_scripts is missing else l_0_scripts)))
    yield '">\n<meta name="referrer" content="no-referrer">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n<title>'
    yield escape(context.call((undefined(name='phrase_text') if l_0_phrase_text is missing else l_0_phrase_text), environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'sentence')))
    yield ' '
    yield escape(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'run_id'))
    yield '</title>\n'
    if environment.getattr((undefined(name='layout') if l_0_layout is missing else l_0_layout), 'is_folder'):
        pass
        yield '<link rel="stylesheet" href="report.css">\n'
    else:
        pass
        yield '<style>'
        yield escape(context.call((undefined(name='inline_asset') if l_0_inline_asset is missing else l_0_inline_asset), 'report.css'))
        yield '</style>\n'
    yield '</head>\n'
    l_0_home = ('compare' if (undefined(name='review') if l_0_review is missing else l_0_review) else ('mutations' if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'mutation') else 'overview'))
    context.vars['home'] = l_0_home
    context.exported_vars.add('home')
    yield '<body data-view="'
    yield escape((undefined(name='home') if l_0_home is missing else l_0_home))
    yield '" data-home="'
    yield escape((undefined(name='home') if l_0_home is missing else l_0_home))
    yield '">\n<a class="skip" href="#v=trials">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.skip'))
    yield '</a>\n<header class="top"><div class="wrap">\n<p class="crumb"><span class="opt"><a href="#v='
    yield escape((undefined(name='home') if l_0_home is missing else l_0_home))
    yield '">coze-harness</a></span>'
    if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'project'):
        pass
        yield '<bdi>'
        yield escape(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'project'))
        yield '</bdi>'
    if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'targets'):
        pass
        yield '<bdi>'
        yield escape(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'targets'))
        yield '</bdi>'
    yield '</p>\n<nav id="tabs" '
    yield escape(context.call((undefined(name='label') if l_0_label is missing else l_0_label), 'decide.views'))
    yield '>\n'
    l_0_optional = {'compare': (undefined(name='review') if l_0_review is missing else l_0_review), 'matrix': environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'matrix'), 'mutations': environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'mutation'), 'history': (environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'history') or environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'flaky'))}
    context.vars['optional'] = l_0_optional
    context.exported_vars.add('optional')
    def t_1(fiter):
        for l_1_name in fiter:
            if context.call(environment.getattr((undefined(name='optional') if l_0_optional is missing else l_0_optional), 'get'), l_1_name, True):
                yield l_1_name
    for l_1_name in t_1(('compare', 'mutations', 'overview', 'trials', 'matrix', 'history')):
        _loop_vars = {}
        pass
        yield '<a href="#v='
        yield escape(l_1_name)
        yield '">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), markup_join(('view.', l_1_name, )), _loop_vars=_loop_vars))
        yield '</a>\n'
    l_1_name = missing
    yield '</nav>\n<div id="tools"></div>\n</div></header>\n<main>\n<div class="verdict '
    yield escape(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'tone'))
    yield '">\n<p class="over">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), markup_join(('mode.', environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'mode'), ))))
    if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'comparison'):
        pass
        yield ' · '
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'decide.project_sides', {'baseline': environment.getitem(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'comparison'), 'sides'), 0), 'candidate': environment.getitem(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'comparison'), 'sides'), 1)}))
    if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'started'):
        pass
        yield ' · '
        yield escape(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'started'))
    if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'duration'):
        pass
        yield ' · '
        yield escape(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'duration'))
    if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'bot_version'):
        pass
        yield ' · '
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'fact.bot_version'))
        yield ' <bdi>'
        yield escape(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'bot_version'))
        yield '</bdi>'
    if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'calls'):
        pass
        yield ' · '
        yield escape(context.call((undefined(name='phrase') if l_0_phrase is missing else l_0_phrase), environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'calls')))
    yield '</p>\n<h1>'
    yield escape(context.call((undefined(name='phrase') if l_0_phrase is missing else l_0_phrase), (environment.getattr((undefined(name='review') if l_0_review is missing else l_0_review), 'verdict') if (undefined(name='review') if l_0_review is missing else l_0_review) else environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'sentence'))))
    yield '</h1>\n'
    if (environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'notes') or environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'trials_phrase')):
        pass
        yield '<p class="aside">'
        for l_1_note in environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'notes'):
            _loop_vars = {}
            pass
            yield escape(context.call((undefined(name='phrase') if l_0_phrase is missing else l_0_phrase), l_1_note, _loop_vars=_loop_vars))
            yield ' '
        l_1_note = missing
        if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'trials_phrase'):
            pass
            yield escape(context.call((undefined(name='both') if l_0_both is missing else l_0_both), environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'trials_phrase')))
        yield '</p>\n'
    if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'counts'):
        pass
        yield '<svg class="bar" role="img" data-w-label="'
        yield escape(environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'sentence'), 'id'))
        yield '" data-v="'
        yield escape(context.call((undefined(name='values_of') if l_0_values_of is missing else l_0_values_of), environment.getattr(environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'sentence'), 'params')))
        yield '" aria-label="'
        yield escape(context.call((undefined(name='phrase_text') if l_0_phrase_text is missing else l_0_phrase_text), environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'sentence')))
        yield '">\n'
        for l_1_count in environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'counts'):
            _loop_vars = {}
            pass
            yield '<rect class="'
            yield escape(environment.getattr(l_1_count, 'status'))
            yield '" x="'
            yield escape(environment.getattr(l_1_count, 'begin'))
            yield '%" width="'
            yield escape(environment.getattr(l_1_count, 'share'))
            yield '%" height="10"></rect>\n'
        l_1_count = missing
        yield '</svg>\n<ul class="counts">\n'
        for l_1_count in environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'counts'):
            _loop_vars = {}
            pass
            yield '<li><a class="count" href="'
            yield escape(environment.getattr(l_1_count, 'link'))
            yield '"><span class="ic '
            yield escape(environment.getattr(l_1_count, 'status'))
            yield '" aria-hidden="true"></span> <b>'
            yield escape(context.call(environment.getattr('{:,}', 'format'), environment.getattr(l_1_count, 'number'), _loop_vars=_loop_vars))
            yield '</b> '
            yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), markup_join(('status.', environment.getattr(l_1_count, 'status'), )), _loop_vars=_loop_vars))
            yield '</a></li>\n'
        l_1_count = missing
        yield '</ul>\n'
    yield '</div>\n'
    if (undefined(name='review') if l_0_review is missing else l_0_review):
        pass
        yield '<section class="view" id="v-compare">\n<h2 class="sr" id="v=compare">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'view.compare'))
        yield '</h2>\n'
        template = environment.get_template('compare.html.j2', 'page.html.j2')
        gen = template.root_render_func(template.new_context(context.get_all(), True, {'both': l_0_both, 'home': l_0_home, 'href': l_0_href, 'label': l_0_label, 'optional': l_0_optional, 'phrase': l_0_phrase, 'word': l_0_word}))
        try:
            for event in gen:
                yield event
        finally: gen.close()
        yield '</section>\n'
    if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'mutation'):
        pass
        yield '<section class="view" id="v-mutations">\n<h2 class="sr" id="v=mutations">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'view.mutations'))
        yield '</h2>\n'
        template = environment.get_template('mutations.html.j2', 'page.html.j2')
        gen = template.root_render_func(template.new_context(context.get_all(), True, {'both': l_0_both, 'home': l_0_home, 'href': l_0_href, 'label': l_0_label, 'optional': l_0_optional, 'phrase': l_0_phrase, 'word': l_0_word}))
        try:
            for event in gen:
                yield event
        finally: gen.close()
        yield '</section>\n'
    yield '<section class="view" id="v-overview">\n<h2 class="sr" id="v=overview">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'view.overview'))
    yield '</h2>\n'
    template = environment.get_template('overview.html.j2', 'page.html.j2')
    gen = template.root_render_func(template.new_context(context.get_all(), True, {'both': l_0_both, 'home': l_0_home, 'href': l_0_href, 'label': l_0_label, 'optional': l_0_optional, 'phrase': l_0_phrase, 'word': l_0_word}))
    try:
        for event in gen:
            yield event
    finally: gen.close()
    yield '</section>\n<section class="view" id="v-trials">\n<h2 id="v=trials">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'view.trials'))
    yield '</h2>\n<div id="filter"></div>\n<p id="count" role="status" aria-live="polite"></p>\n<ol id="list">\n'
    yield escape((undefined(name='rows') if l_0_rows is missing else l_0_rows))
    yield '</ol>\n'
    if ((undefined(name='listed') if l_0_listed is missing else l_0_listed) < environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'rows')):
        pass
        yield '<p class="note warning">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.rows_left_out', {'n': context.call(environment.getattr('{:,}', 'format'), (environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'rows') - (undefined(name='listed') if l_0_listed is missing else l_0_listed))), 'of': context.call(environment.getattr('{:,}', 'format'), (undefined(name='listed') if l_0_listed is missing else l_0_listed))}))
        yield '</p>\n'
    if ((undefined(name='detailed') if l_0_detailed is missing else l_0_detailed) < (undefined(name='listed') if l_0_listed is missing else l_0_listed)):
        pass
        yield '<p class="note warning">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.rows_only', {'n': context.call(environment.getattr('{:,}', 'format'), ((undefined(name='listed') if l_0_listed is missing else l_0_listed) - (undefined(name='detailed') if l_0_detailed is missing else l_0_detailed))), 'of': context.call(environment.getattr('{:,}', 'format'), (undefined(name='detailed') if l_0_detailed is missing else l_0_detailed))}))
        yield '</p>\n'
    yield '</section>\n<section class="view" id="v-trial">\n<div id="trial"></div>\n<div id="first">\n'
    yield escape((undefined(name='first') if l_0_first is missing else l_0_first))
    yield '</div>\n</section>\n'
    if environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'matrix'):
        pass
        yield '<section class="view" id="v-matrix">\n<h2 id="v=matrix">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'view.matrix'))
        yield '</h2>\n'
        template = environment.get_template('matrix.html.j2', 'page.html.j2')
        gen = template.root_render_func(template.new_context(context.get_all(), True, {'both': l_0_both, 'home': l_0_home, 'href': l_0_href, 'label': l_0_label, 'optional': l_0_optional, 'phrase': l_0_phrase, 'word': l_0_word}))
        try:
            for event in gen:
                yield event
        finally: gen.close()
        yield '</section>\n'
    if (environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'history') or environment.getattr((undefined(name='view') if l_0_view is missing else l_0_view), 'flaky')):
        pass
        yield '<section class="view" id="v-history">\n<h2 id="v=history">'
        yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'view.history'))
        yield '</h2>\n'
        template = environment.get_template('history.html.j2', 'page.html.j2')
        gen = template.root_render_func(template.new_context(context.get_all(), True, {'both': l_0_both, 'home': l_0_home, 'href': l_0_href, 'label': l_0_label, 'optional': l_0_optional, 'phrase': l_0_phrase, 'word': l_0_word}))
        try:
            for event in gen:
                yield event
        finally: gen.close()
        yield '</section>\n'
    yield '</main>\n<footer>\n<p>'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.made_from'))
    yield ' <a href="run.json">run.json</a>, <a href="trials.jsonl">trials.jsonl</a> · <a href="junit.xml">junit.xml</a> · <a href="summary.md">summary.md</a> · <a href="../index.html">'
    yield escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), 'page.all_runs'))
    yield '</a></p>\n</footer>\n<script type="application/json" id="head">'
    yield escape((undefined(name='head') if l_0_head is missing else l_0_head))
    yield '</script>\n'
    yield escape((undefined(name='chunks') if l_0_chunks is missing else l_0_chunks))
    for l_1_name in (undefined(name='scripts') if l_0_scripts is missing else l_0_scripts):
        _loop_vars = {}
        pass
        if environment.getattr((undefined(name='layout') if l_0_layout is missing else l_0_layout), 'is_folder'):
            pass
            yield '<script src="'
            yield escape(l_1_name)
            yield '"></script>'
        else:
            pass
            yield '<script>'
            yield escape(context.call((undefined(name='inline_asset') if l_0_inline_asset is missing else l_0_inline_asset), l_1_name, _loop_vars=_loop_vars))
            yield '</script>'
        yield '\n'
    l_1_name = missing
    yield '</body>\n</html>'

blocks = {}
debug_info = '1=26&3=45&6=47&10=49&11=53&14=59&17=62&18=66&19=70&21=72&22=85&23=87&24=90&25=98&31=104&32=106&33=131&34=133&35=136&37=146&38=149&39=155&40=159&44=167&45=171&50=182&52=185&53=187&56=194&58=197&59=199&63=207&64=209&67=216&71=218&72=220&73=223&75=225&76=228&82=231&84=233&86=236&87=238&90=245&92=248&93=250&98=258&100=262&101=264'
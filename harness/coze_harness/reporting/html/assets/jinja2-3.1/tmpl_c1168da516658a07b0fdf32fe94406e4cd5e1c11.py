from jinja2.runtime import LoopContext, Macro, Markup, Namespace, TemplateNotFound, TemplateReference, TemplateRuntimeError, Undefined, escape, identity, internalcode, markup_join, missing, str_join
name = 'listing.html.j2'

def root(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    l_0_language = resolve('language')
    l_0_lang = resolve('lang')
    l_0_text = resolve('text')
    l_0_word_pair = resolve('word_pair')
    l_0_policy_hash = resolve('policy_hash')
    l_0_runs = resolve('runs')
    l_0_inline_asset = resolve('inline_asset')
    l_0_rows = resolve('rows')
    l_0_charts = resolve('charts')
    l_0_more = resolve('more')
    l_0_say = l_0_phrase = l_0_label = l_0_count = missing
    pass
    def macro(l_1_key, l_1_values):
        t_1 = []
        l_1_texts = missing
        if l_1_key is missing:
            l_1_key = undefined("parameter 'key' was not provided", name='key')
        if l_1_values is missing:
            l_1_values = {}
        pass
        l_1_texts = context.call((undefined(name='word_pair') if l_0_word_pair is missing else l_0_word_pair), l_1_key, l_1_values)
        t_1.extend((
            '<span data-second="',
            escape(environment.getitem((undefined(name='texts') if l_1_texts is missing else l_1_texts), 1)),
            '">',
            escape(environment.getitem((undefined(name='texts') if l_1_texts is missing else l_1_texts), 0)),
            '</span>',
        ))
        return concat(t_1)
    context.exported_vars.add('say')
    context.vars['say'] = l_0_say = Macro(environment, macro, 'say', ('key', 'values'), False, False, False, context.eval_ctx.autoescape)
    def macro(l_1_value):
        t_2 = []
        l_1_pair = resolve('pair')
        l_1_texts = missing
        if l_1_value is missing:
            l_1_value = undefined("parameter 'value' was not provided", name='value')
        pass
        l_1_texts = context.call((undefined(name='pair') if l_1_pair is missing else l_1_pair), l_1_value)
        t_2.extend((
            '<span data-second="',
            escape(environment.getitem((undefined(name='texts') if l_1_texts is missing else l_1_texts), 1)),
            '">',
            escape(environment.getitem((undefined(name='texts') if l_1_texts is missing else l_1_texts), 0)),
            '</span>',
        ))
        return concat(t_2)
    context.exported_vars.add('phrase')
    context.vars['phrase'] = l_0_phrase = Macro(environment, macro, 'phrase', ('value',), False, False, False, context.eval_ctx.autoescape)
    def macro(l_1_key, l_1_values):
        t_3 = []
        l_1_texts = missing
        if l_1_key is missing:
            l_1_key = undefined("parameter 'key' was not provided", name='key')
        if l_1_values is missing:
            l_1_values = {}
        pass
        l_1_texts = context.call((undefined(name='word_pair') if l_0_word_pair is missing else l_0_word_pair), l_1_key, l_1_values)
        t_3.extend((
            'data-second-label="',
            escape(environment.getitem((undefined(name='texts') if l_1_texts is missing else l_1_texts), 1)),
            '" aria-label="',
            escape(environment.getitem((undefined(name='texts') if l_1_texts is missing else l_1_texts), 0)),
            '"',
        ))
        return concat(t_3)
    context.exported_vars.add('label')
    context.vars['label'] = l_0_label = Macro(environment, macro, 'label', ('key', 'values'), False, False, False, context.eval_ctx.autoescape)
    yield '<!doctype html>\n<html lang="'
    yield escape(('zh-CN' if ((undefined(name='language') if l_0_language is missing else l_0_language) == 'zh') else 'en'))
    yield '" data-lang="'
    yield escape((undefined(name='lang') if l_0_lang is missing else l_0_lang))
    yield '" data-theme-label="'
    yield escape(context.call((undefined(name='text') if l_0_text is missing else l_0_text), 'tools.theme'))
    yield '" data-second-theme-label="'
    yield escape(environment.getitem(context.call((undefined(name='word_pair') if l_0_word_pair is missing else l_0_word_pair), 'tools.theme'), 1))
    yield '">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; script-src \'sha256-'
    yield escape(context.call((undefined(name='policy_hash') if l_0_policy_hash is missing else l_0_policy_hash), 'listing.js'))
    yield "'; style-src 'sha256-"
    yield escape(context.call((undefined(name='policy_hash') if l_0_policy_hash is missing else l_0_policy_hash), 'listing.css'))
    yield '\'; img-src data:; base-uri \'none\'; form-action \'none\'; require-trusted-types-for \'script\'; trusted-types \'none\'">\n<meta name="referrer" content="no-referrer">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n'
    l_0_count = {'n': context.call(environment.getattr('{:,}', 'format'), (undefined(name='runs') if l_0_runs is missing else l_0_runs))}
    context.vars['count'] = l_0_count
    context.exported_vars.add('count')
    yield '<title data-second="coze-harness · '
    yield escape(environment.getitem(context.call((undefined(name='word_pair') if l_0_word_pair is missing else l_0_word_pair), 'listing.runs', (undefined(name='count') if l_0_count is missing else l_0_count)), 1))
    yield '">coze-harness · '
    yield escape(context.call((undefined(name='text') if l_0_text is missing else l_0_text), 'listing.runs', (undefined(name='count') if l_0_count is missing else l_0_count)))
    yield '</title>\n<style>'
    yield escape(context.call((undefined(name='inline_asset') if l_0_inline_asset is missing else l_0_inline_asset), 'listing.css'))
    yield '</style>\n</head>\n<body>\n<a class="skip" href="#runs">'
    yield escape(context.call((undefined(name='say') if l_0_say is missing else l_0_say), 'listing.skip'))
    yield '</a>\n<header class="top"><div class="wrap"><p class="crumb"><b>coze-harness</b></p><div id="tools"></div></div></header>\n<main id="runs" tabindex="-1">\n<div class="verdict">\n<h1>'
    yield escape(context.call((undefined(name='say') if l_0_say is missing else l_0_say), 'listing.runs', (undefined(name='count') if l_0_count is missing else l_0_count)))
    yield '</h1>\n'
    if (undefined(name='rows') if l_0_rows is missing else l_0_rows):
        pass
        yield '<p class="aside">'
        yield escape(context.call((undefined(name='say') if l_0_say is missing else l_0_say), 'listing.newest'))
        yield ' <a href="'
        yield escape(environment.getattr(environment.getitem((undefined(name='rows') if l_0_rows is missing else l_0_rows), 0), 'link'))
        yield '">'
        yield escape(context.call((undefined(name='phrase') if l_0_phrase is missing else l_0_phrase), environment.getattr(environment.getitem((undefined(name='rows') if l_0_rows is missing else l_0_rows), 0), 'phrase')))
        yield '</a></p>\n'
    else:
        pass
        yield '<p class="aside">'
        yield escape(context.call((undefined(name='say') if l_0_say is missing else l_0_say), 'listing.none'))
        yield ' <code>coze-harness run</code></p>\n'
    yield '</div>\n'
    if (undefined(name='charts') if l_0_charts is missing else l_0_charts):
        pass
        yield '<div class="trends">\n'
        for l_1_chart in (undefined(name='charts') if l_0_charts is missing else l_0_charts):
            _loop_vars = {}
            pass
            yield '<figure>\n<figcaption><b>'
            yield escape(context.call((undefined(name='say') if l_0_say is missing else l_0_say), environment.getattr(l_1_chart, 'key'), _loop_vars=_loop_vars))
            yield '</b> '
            yield escape(environment.getattr(l_1_chart, 'last'))
            yield '</figcaption>\n<div class="plot"><span>'
            yield escape(environment.getattr(l_1_chart, 'high'))
            yield '</span><svg class="trend" role="img" '
            yield escape(context.call((undefined(name='label') if l_0_label is missing else l_0_label), environment.getattr(l_1_chart, 'key'), _loop_vars=_loop_vars))
            yield ' viewBox="0 0 300 60" preserveAspectRatio="none"><line x1="0" y1="0" x2="300" y2="0"/><line x1="0" y1="60" x2="300" y2="60"/>'
            for l_2_points in environment.getattr(l_1_chart, 'lines'):
                _loop_vars = {}
                pass
                yield '<polyline points="'
                yield escape(l_2_points)
                yield '"/>'
            l_2_points = missing
            yield '</svg><span>'
            yield escape(environment.getattr(l_1_chart, 'low'))
            yield '</span></div>\n</figure>\n'
        l_1_chart = missing
        yield '</div>\n<p class="small">'
        yield escape(context.call((undefined(name='say') if l_0_say is missing else l_0_say), 'listing.trend'))
        yield '</p>\n'
    if (undefined(name='rows') if l_0_rows is missing else l_0_rows):
        pass
        yield '<div class="tablewrap" tabindex="0" role="region" '
        yield escape(context.call((undefined(name='label') if l_0_label is missing else l_0_label), 'listing.runs', (undefined(name='count') if l_0_count is missing else l_0_count)))
        yield '>\n<table class="runs">\n<thead><tr><th>'
        yield escape(context.call((undefined(name='say') if l_0_say is missing else l_0_say), 'fact.run'))
        yield '<th>'
        yield escape(context.call((undefined(name='say') if l_0_say is missing else l_0_say), 'fact.status'))
        for l_1_key in ('status.passed', 'status.failed', 'status.error', 'listing.scenarios', 'overview.share'):
            _loop_vars = {}
            pass
            yield '<th class="num">'
            yield escape(context.call((undefined(name='say') if l_0_say is missing else l_0_say), l_1_key, _loop_vars=_loop_vars))
        l_1_key = missing
        yield '<th class="num">P50<th class="num">P95<th class="num">'
        yield escape(context.call((undefined(name='say') if l_0_say is missing else l_0_say), 'fact.tokens'))
        yield '<th>'
        yield escape(context.call((undefined(name='say') if l_0_say is missing else l_0_say), 'fact.mode'))
        yield '<th>'
        yield escape(context.call((undefined(name='say') if l_0_say is missing else l_0_say), 'fact.started'))
        yield '<th class="num">'
        yield escape(context.call((undefined(name='say') if l_0_say is missing else l_0_say), 'fact.duration'))
        yield '</thead>\n<tbody>\n'
        for l_1_row in (undefined(name='rows') if l_0_rows is missing else l_0_rows):
            l_1_phrase_text = resolve('phrase_text')
            l_1_pair = resolve('pair')
            _loop_vars = {}
            pass
            yield '<tr><td><a href="'
            yield escape(environment.getattr(l_1_row, 'link'))
            yield '"><bdi>'
            yield escape(environment.getattr(l_1_row, 'run_id'))
            yield '</bdi></a><td title="'
            yield escape(context.call((undefined(name='phrase_text') if l_1_phrase_text is missing else l_1_phrase_text), environment.getattr(l_1_row, 'phrase'), _loop_vars=_loop_vars))
            yield '" data-second-title="'
            yield escape(environment.getitem(context.call((undefined(name='pair') if l_1_pair is missing else l_1_pair), environment.getattr(l_1_row, 'phrase'), _loop_vars=_loop_vars), 1))
            yield '">'
            if (environment.getattr(l_1_row, 'tone') == 'good'):
                pass
                yield '<span class="st passed">'
                yield escape(context.call((undefined(name='say') if l_0_say is missing else l_0_say), 'status.passed', _loop_vars=_loop_vars))
                yield '</span>'
            elif (environment.getattr(l_1_row, 'tone') == 'bad'):
                pass
                yield '<span class="st failed">'
                yield escape(context.call((undefined(name='say') if l_0_say is missing else l_0_say), 'status.failed', _loop_vars=_loop_vars))
                yield '</span>'
            elif (environment.getattr(l_1_row, 'tone') == 'warning'):
                pass
                yield '<span class="st warning">'
                yield escape(context.call((undefined(name='say') if l_0_say is missing else l_0_say), 'status.warning', _loop_vars=_loop_vars))
                yield '</span>'
            else:
                pass
                yield '<span class="st skipped">–</span>'
            yield '<td class="num">'
            yield escape(environment.getattr(l_1_row, 'passed'))
            yield '<td class="num">'
            yield escape(environment.getattr(l_1_row, 'failed'))
            yield '<td class="num">'
            yield escape(environment.getattr(l_1_row, 'errors'))
            yield '<td class="num">'
            yield escape(environment.getattr(l_1_row, 'scenarios'))
            yield '<td class="num">'
            yield escape(environment.getattr(l_1_row, 'share'))
            yield '\n<td class="num">'
            yield escape(environment.getattr(l_1_row, 'p50'))
            yield '<td class="num">'
            yield escape(environment.getattr(l_1_row, 'p95'))
            yield '<td class="num">'
            yield escape(environment.getattr(l_1_row, 'tokens'))
            yield '<td>'
            yield escape(context.call((undefined(name='say') if l_0_say is missing else l_0_say), markup_join(('mode.', environment.getattr(l_1_row, 'mode'), )), _loop_vars=_loop_vars))
            yield '<td>'
            yield escape(environment.getattr(l_1_row, 'started'))
            yield '<td class="num">'
            yield escape(environment.getattr(l_1_row, 'duration'))
            yield '\n'
        l_1_row = l_1_phrase_text = l_1_pair = missing
        yield '</tbody>\n</table>\n</div>\n'
        if (undefined(name='more') if l_0_more is missing else l_0_more):
            pass
            yield '<p class="small">'
            yield escape(context.call((undefined(name='say') if l_0_say is missing else l_0_say), 'listing.older', {'n': context.call(environment.getattr('{:,}', 'format'), (undefined(name='more') if l_0_more is missing else l_0_more))}))
            yield '</p>\n'
    yield '</main>\n<script>'
    yield escape(context.call((undefined(name='inline_asset') if l_0_inline_asset is missing else l_0_inline_asset), 'listing.js'))
    yield '</script>\n</body>\n</html>'

blocks = {}
debug_info = '2=22&3=30&5=41&6=48&8=59&9=67&12=79&15=87&19=91&20=95&21=99&24=101&28=103&29=105&30=108&32=117&35=120&37=123&39=127&40=131&44=147&46=149&47=152&49=154&50=157&51=164&53=172&54=178&55=186&56=191&57=196&59=205&60=215&65=229&66=232&70=235'
from jinja2.runtime import LoopContext, Macro, Markup, Namespace, TemplateNotFound, TemplateReference, TemplateRuntimeError, Undefined, escape, identity, internalcode, markup_join, missing, str_join
name = 'listing.html.j2'

def root(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    l_0_language = resolve('language')
    l_0_policy_hash = resolve('policy_hash')
    l_0_text = resolve('text')
    l_0_runs = resolve('runs')
    l_0_inline_asset = resolve('inline_asset')
    l_0_rows = resolve('rows')
    l_0_phrase_text = resolve('phrase_text')
    l_0_charts = resolve('charts')
    l_0_more = resolve('more')
    l_0_count = missing
    pass
    yield '<!doctype html>\n<html lang="'
    yield escape(('zh-CN' if ((undefined(name='language') if l_0_language is missing else l_0_language) == 'zh') else 'en'))
    yield '">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'sha256-'
    yield escape(context.call((undefined(name='policy_hash') if l_0_policy_hash is missing else l_0_policy_hash), 'listing.css'))
    yield '\'; base-uri \'none\'; form-action \'none\'">\n<meta name="referrer" content="no-referrer">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n'
    l_0_count = context.call((undefined(name='text') if l_0_text is missing else l_0_text), 'listing.runs', {'n': context.call(environment.getattr('{:,}', 'format'), (undefined(name='runs') if l_0_runs is missing else l_0_runs))})
    context.vars['count'] = l_0_count
    context.exported_vars.add('count')
    yield '<title>coze-harness · '
    yield escape((undefined(name='count') if l_0_count is missing else l_0_count))
    yield '</title>\n<style>'
    yield escape(context.call((undefined(name='inline_asset') if l_0_inline_asset is missing else l_0_inline_asset), 'listing.css'))
    yield '</style>\n</head>\n<body>\n<a class="skip" href="#runs">'
    yield escape(context.call((undefined(name='text') if l_0_text is missing else l_0_text), 'listing.skip'))
    yield '</a>\n<header>\n<p class="over">coze-harness</p>\n<h1>'
    yield escape((undefined(name='count') if l_0_count is missing else l_0_count))
    yield '</h1>\n'
    if (undefined(name='rows') if l_0_rows is missing else l_0_rows):
        pass
        yield '<p class="aside">'
        yield escape(context.call((undefined(name='text') if l_0_text is missing else l_0_text), 'listing.newest'))
        yield ' <a href="'
        yield escape(environment.getattr(environment.getitem((undefined(name='rows') if l_0_rows is missing else l_0_rows), 0), 'link'))
        yield '">'
        yield escape(context.call((undefined(name='phrase_text') if l_0_phrase_text is missing else l_0_phrase_text), environment.getattr(environment.getitem((undefined(name='rows') if l_0_rows is missing else l_0_rows), 0), 'phrase')))
        yield '</a></p>\n'
    else:
        pass
        yield '<p class="aside">'
        yield escape(context.call((undefined(name='text') if l_0_text is missing else l_0_text), 'listing.none'))
        yield ' <code>coze-harness run</code></p>\n'
    yield '</header>\n<main id="runs" tabindex="-1">\n'
    if (undefined(name='charts') if l_0_charts is missing else l_0_charts):
        pass
        yield '<div class="trends">\n'
        for l_1_chart in (undefined(name='charts') if l_0_charts is missing else l_0_charts):
            _loop_vars = {}
            pass
            yield '<figure>\n<figcaption><b>'
            yield escape(context.call((undefined(name='text') if l_0_text is missing else l_0_text), environment.getattr(l_1_chart, 'key'), _loop_vars=_loop_vars))
            yield '</b> '
            yield escape(environment.getattr(l_1_chart, 'last'))
            yield '</figcaption>\n<div class="plot"><span>'
            yield escape(environment.getattr(l_1_chart, 'high'))
            yield '</span><svg class="trend" role="img" aria-label="'
            yield escape(context.call((undefined(name='text') if l_0_text is missing else l_0_text), environment.getattr(l_1_chart, 'key'), _loop_vars=_loop_vars))
            yield ': '
            yield escape(context.call((undefined(name='text') if l_0_text is missing else l_0_text), 'listing.trend', _loop_vars=_loop_vars))
            yield '" viewBox="0 0 300 60" preserveAspectRatio="none"><line x1="0" y1="0" x2="300" y2="0"/><line x1="0" y1="60" x2="300" y2="60"/>'
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
        yield escape(context.call((undefined(name='text') if l_0_text is missing else l_0_text), 'listing.trend'))
        yield '</p>\n'
    if (undefined(name='rows') if l_0_rows is missing else l_0_rows):
        pass
        yield '<div class="scroll" tabindex="0" role="region" aria-label="'
        yield escape((undefined(name='count') if l_0_count is missing else l_0_count))
        yield '">\n<table class="runs">\n<thead><tr><th>'
        yield escape(context.call((undefined(name='text') if l_0_text is missing else l_0_text), 'fact.run'))
        yield '<th>'
        yield escape(context.call((undefined(name='text') if l_0_text is missing else l_0_text), 'fact.status'))
        for l_1_key in ('status.passed', 'status.failed', 'status.error', 'fact.trials', 'overview.share'):
            _loop_vars = {}
            pass
            yield '<th class="num">'
            yield escape(context.call((undefined(name='text') if l_0_text is missing else l_0_text), l_1_key, _loop_vars=_loop_vars))
        l_1_key = missing
        yield '<th class="num">P50<th class="num">P95<th class="num">'
        yield escape(context.call((undefined(name='text') if l_0_text is missing else l_0_text), 'fact.tokens'))
        yield '<th>'
        yield escape(context.call((undefined(name='text') if l_0_text is missing else l_0_text), 'fact.mode'))
        yield '<th>'
        yield escape(context.call((undefined(name='text') if l_0_text is missing else l_0_text), 'fact.started'))
        yield '<th class="num">'
        yield escape(context.call((undefined(name='text') if l_0_text is missing else l_0_text), 'fact.duration'))
        yield '</thead>\n<tbody>\n'
        for l_1_row in (undefined(name='rows') if l_0_rows is missing else l_0_rows):
            _loop_vars = {}
            pass
            yield '<tr><td><a href="'
            yield escape(environment.getattr(l_1_row, 'link'))
            yield '"><bdi>'
            yield escape(environment.getattr(l_1_row, 'run_id'))
            yield '</bdi></a><td title="'
            yield escape(context.call((undefined(name='phrase_text') if l_0_phrase_text is missing else l_0_phrase_text), environment.getattr(l_1_row, 'phrase'), _loop_vars=_loop_vars))
            yield '">'
            if (environment.getattr(l_1_row, 'tone') == 'good'):
                pass
                yield '<span class="st passed">✓ '
                yield escape(context.call((undefined(name='text') if l_0_text is missing else l_0_text), 'status.passed', _loop_vars=_loop_vars))
                yield '</span>'
            elif (environment.getattr(l_1_row, 'tone') == 'bad'):
                pass
                yield '<span class="st failed">✗ '
                yield escape(context.call((undefined(name='text') if l_0_text is missing else l_0_text), 'status.failed', _loop_vars=_loop_vars))
                yield '</span>'
            elif (environment.getattr(l_1_row, 'tone') == 'warning'):
                pass
                yield '<span class="st warning">! '
                yield escape(context.call((undefined(name='text') if l_0_text is missing else l_0_text), 'status.warning', _loop_vars=_loop_vars))
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
            yield escape(environment.getattr(l_1_row, 'trials'))
            yield '<td class="num">'
            yield escape(environment.getattr(l_1_row, 'share'))
            yield '\n<td class="num">'
            yield escape(environment.getattr(l_1_row, 'p50'))
            yield '<td class="num">'
            yield escape(environment.getattr(l_1_row, 'p95'))
            yield '<td class="num">'
            yield escape(environment.getattr(l_1_row, 'tokens'))
            yield '<td>'
            yield escape(context.call((undefined(name='text') if l_0_text is missing else l_0_text), markup_join(('mode.', environment.getattr(l_1_row, 'mode'), )), _loop_vars=_loop_vars))
            yield '<td>'
            yield escape(environment.getattr(l_1_row, 'started'))
            yield '<td class="num">'
            yield escape(environment.getattr(l_1_row, 'duration'))
            yield '\n'
        l_1_row = missing
        yield '</tbody>\n</table>\n</div>\n'
        if (undefined(name='more') if l_0_more is missing else l_0_more):
            pass
            yield '<p class="small">'
            yield escape(context.call((undefined(name='text') if l_0_text is missing else l_0_text), 'listing.older', {'n': context.call(environment.getattr('{:,}', 'format'), (undefined(name='more') if l_0_more is missing else l_0_more))}))
            yield '</p>\n'
    yield '</main>\n</body>\n</html>'

blocks = {}
debug_info = '2=22&5=24&9=26&10=30&11=32&14=34&17=36&18=38&19=41&21=50&25=53&27=56&29=60&30=64&34=82&36=84&37=87&39=89&40=92&41=99&43=107&44=111&45=117&46=122&47=127&49=136&50=146&55=160&56=163'
from jinja2.runtime import LoopContext, Macro, Markup, Namespace, TemplateNotFound, TemplateReference, TemplateRuntimeError, Undefined, escape, identity, internalcode, markup_join, missing, str_join
name = 'words.html.j2'

def root(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    l_0_word = l_0_both = l_0_phrase = l_0_label = l_0_href = missing
    pass
    def macro(l_1_key, l_1_values):
        t_1 = []
        l_1_values_of = resolve('values_of')
        l_1_text = resolve('text')
        if l_1_key is missing:
            l_1_key = undefined("parameter 'key' was not provided", name='key')
        if l_1_values is missing:
            l_1_values = {}
        pass
        t_1.extend((
            '<span data-w="',
            escape(l_1_key),
            '"',
        ))
        if l_1_values:
            pass
            t_1.extend((
                ' data-v="',
                escape(context.call((undefined(name='values_of') if l_1_values_of is missing else l_1_values_of), l_1_values)),
                '"',
            ))
        t_1.extend((
            '>',
            escape(context.call((undefined(name='text') if l_1_text is missing else l_1_text), l_1_key, l_1_values)),
            '</span>',
        ))
        return concat(t_1)
    context.exported_vars.add('word')
    context.vars['word'] = l_0_word = Macro(environment, macro, 'word', ('key', 'values'), False, False, False, context.eval_ctx.autoescape)
    def macro(l_1_value, l_1_limit):
        t_2 = []
        l_1_line_pair = resolve('line_pair')
        l_1_texts = missing
        if l_1_value is missing:
            l_1_value = undefined("parameter 'value' was not provided", name='value')
        if l_1_limit is missing:
            l_1_limit = 200
        pass
        l_1_texts = context.call((undefined(name='line_pair') if l_1_line_pair is missing else l_1_line_pair), l_1_value, l_1_limit)
        t_2.append(
            '<bdi',
        )
        if environment.getitem((undefined(name='texts') if l_1_texts is missing else l_1_texts), 1):
            pass
            t_2.extend((
                ' data-second="',
                escape(environment.getitem((undefined(name='texts') if l_1_texts is missing else l_1_texts), 1)),
                '"',
            ))
        t_2.extend((
            '>',
            escape(environment.getitem((undefined(name='texts') if l_1_texts is missing else l_1_texts), 0)),
            '</bdi>',
        ))
        return concat(t_2)
    context.exported_vars.add('both')
    context.vars['both'] = l_0_both = Macro(environment, macro, 'both', ('value', 'limit'), False, False, False, context.eval_ctx.autoescape)
    def macro(l_1_value):
        t_3 = []
        if l_1_value is missing:
            l_1_value = undefined("parameter 'value' was not provided", name='value')
        pass
        t_3.append(
            escape(context.call((undefined(name='word') if l_0_word is missing else l_0_word), environment.getattr(l_1_value, 'id'), environment.getattr(l_1_value, 'params'))),
        )
        return concat(t_3)
    context.exported_vars.add('phrase')
    context.vars['phrase'] = l_0_phrase = Macro(environment, macro, 'phrase', ('value',), False, False, False, context.eval_ctx.autoescape)
    def macro(l_1_key):
        t_4 = []
        l_1_text = resolve('text')
        if l_1_key is missing:
            l_1_key = undefined("parameter 'key' was not provided", name='key')
        pass
        t_4.extend((
            'data-w-label="',
            escape(l_1_key),
            '" aria-label="',
            escape(context.call((undefined(name='text') if l_1_text is missing else l_1_text), l_1_key)),
            '"',
        ))
        return concat(t_4)
    context.exported_vars.add('label')
    context.vars['label'] = l_0_label = Macro(environment, macro, 'label', ('key',), False, False, False, context.eval_ctx.autoescape)
    def macro(l_1_anchor):
        t_5 = []
        if l_1_anchor is missing:
            l_1_anchor = undefined("parameter 'anchor' was not provided", name='anchor')
        pass
        t_5.extend((
            '#s=',
            escape(l_1_anchor),
        ))
        return concat(t_5)
    context.exported_vars.add('href')
    context.vars['href'] = l_0_href = Macro(environment, macro, 'href', ('anchor',), False, False, False, context.eval_ctx.autoescape)

blocks = {}
debug_info = '2=12&3=23&6=41&7=50&8=54&10=69&11=80&12=96'
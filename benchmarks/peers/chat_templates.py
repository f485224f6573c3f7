"""Writes what jinja2 makes of each construct of chat templates as JSON, for the tests of rsi.

    python -m venv text && text/bin/pip install -r requirements-text.txt
    text/bin/python chat_templates.py ../../rsi-lm/src/test/resources/dev/rsi/lm/chat/constructs.json

The environment is the one that transformers sets up for chat templates. The templates stand here, written
for these tests; where the reference raises, what is wanted is null.
"""

import datetime
import json
import pathlib
import sys

import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

CONTEXT = {
    "messages": [
        {"role": "system", "content": "  Be brief. "},
        {"role": "user", "content": "Hi {{ there }} 漢字 😀\nline two\n"},
        {"role": "assistant", "content": "", "tool_calls": [{"name": "f", "arguments": {"b": 1, "a": [1.5, None, True]}}]},
    ],
    "tools": None,
    "text": "Hello, World! it's",
    "blank": " \t x \u00a0\n",
    "number": 7,
    "real": 2.5,
    "yes": True,
    "nothing": None,
    "names": ["bob", "Alice", "carol", "Bob"],
    "numbers": [3, 1, 2, 3],
    "empty": [],
    "map": {"b": 2, "a": 1, "C": 3, "items": "own", "get": 5},
    "quote": "\"<&>'\u2028\u007f\u0001é",
    "add_generation_prompt": True,
}

TEMPLATES = r"""
{{ text }}|{{ number }}|{{ real }}|{{ yes }}|{{ nothing }}|{{ missing }}|{{ names }}|{{ map }}|{{ empty }}|{{ {} }}
{{ 'a' 'b' }}|{{ "it's" }}|{{ 'q\'q\\ \n\t\x41\u00e9\U0001F600\101\q' }}
{{ 1 + 2 * 3 - 4 }}|{{ 7 // 2 }}|{{ -7 // 2 }}|{{ 7 / 2 }}|{{ 7 % 3 }}|{{ -7 % 3 }}|{{ 2 ** 3 ** 2 }}|{{ -2 ** 2 }}|{{ 1_000 }}|{{ 1e3 }}|{{ 1.5e-7 }}|{{ 0.1 + 0.2 }}
{{ 1e16 }}|{{ 123456789012345680.0 }}|{{ 1e22 }}|{{ 100.0 }}|{{ 1e-5 }}|{{ 0.0001 }}|{{ 5e-324 }}|{{ 2.0 ** 0.5 }}|{{ 1.7976931348623157e308 }}
{{ 'a' + 'b' }}|{{ [1] + [2] }}|{{ 'ab' * 3 }}|{{ 3 * 'ab' }}|{{ 'ab' * -1 }}|{{ 1 ~ 'x' ~ none ~ true ~ missing }}|{{ (1, 2) + (3,) }}
{{ 'a' + 1 }}
{{ 1 + missing }}
{{ 'x' + missing }}
{{ missing + 'x' }}
{{ 1 / 0 }}
{{ 1 % 0 }}
{{ 'a' < 1 }}
{{ not yes }}|{{ not missing }}|{{ yes and number }}|{{ nothing or 'x' }}|{{ missing or number }}|{{ not number == 7 }}|{{ not missing is defined }}
{{ 1 < 2 < 3 }}|{{ 1 < 3 < 2 }}|{{ 1 == 1.0 }}|{{ true == 1 }}|{{ '1' == 1 }}|{{ 'a' != 'b' }}|{{ [1, 2] == [1, 2] }}|{{ (1, 2) == [1, 2] }}|{{ {'a': 1} == {'a': 1.0} }}|{{ none == missing }}
{{ 'ell' in text }}|{{ 'x' not in text }}|{{ 1 in numbers }}|{{ 'a' in map }}|{{ 'z' in missing }}|{{ '' in text }}|{{ 2.0 in numbers }}|{{ true in numbers }}
{{ 1 in text }}
{{ 1 in none }}
{{ 'a' < 'b' }}|{{ 'Z' < 'a' }}|{{ [1, 2] < [1, 3] }}|{{ 'é' < '漢' }}|{{ '\uffee' < '😀' }}|{{ 1 <= 1.0 }}|{{ false < 1 }}
{{ 'y' if yes else 'n' }}|{{ 'y' if missing }}|{{ 'a' if false else 'b' if false else 'c' }}|{{ ('y' if yes) ~ 'z' }}
{{ messages[0].role }}|{{ messages[0]['role'] }}|{{ messages[-1]['tool_calls'][0].arguments.b }}|{{ messages[9] }}|{{ messages.0.role }}|{{ map['zz'] }}|{{ map.zz }}
{{ messages[9].role }}
{{ missing.x }}
{{ missing['x'] }}
{{ missing[0] }}
{{ missing() }}
{{ nothing.x }}|{{ number.x }}|{{ text.x }}|{{ nothing['x'] }}
{{ map.items() | list }}|{{ map['items'] }}|{{ map['get'] }}|{{ map.get('a') }}|{{ map.get('zz') }}|{{ map.get('zz', 4) }}|{{ map.keys() | list }}|{{ map.values() | list }}
{{ names[1:] }}|{{ names[:-1] }}|{{ names[::-1] }}|{{ names[::2] }}|{{ names[-2:] }}|{{ names[5:] }}|{{ text[1:4] }}|{{ text[::-2] }}|{{ '漢😀x'[1] }}|{{ '漢😀x'[:2] }}|{{ numbers[3:0:-1] }}|{{ numbers[-1:-9:-1] }}|{{ numbers[9:1:-1] }}
{{ names[::0] }}
{{ number[1:] }}
{{ missing[1:] }}
{{ (1, 2) }}|{{ (1,) }}|{{ () }}|{{ 1, 2 }}|{{ [1, 'a', none, 2.5, true] }}|{{ {'a': [1, {'b': 'c'}], 1: 2} }}|{{ ['it\'s', "q\"", 'n\n\t\\'] }}|{{ [quote] }}
{{ text | upper }}|{{ text | lower }}|{{ text | title }}|{{ text.title() }}|{{ 'hELLO wORLD' | capitalize }}|{{ text | replace('l', 'L') }}|{{ text | replace('l', 'L', 1) }}|{{ 'ß' | upper }}|{{ "a-b (c) d_e it's 1x" | title }}|{{ "a-b (c) d_e it's 1x".title() }}
{{ blank | trim }}|{{ blank.strip() }}|{{ blank.lstrip() }}|{{ blank.rstrip() }}|{{ 'xxaxx' | trim('x') }}|{{ 'xyaxy'.strip('yx') }}|{{ '\nab\n'.strip('\n') }}|{{ '\u3000\x85a\x1f' | trim }}
{{ text.split(',') }}|{{ text.split() }}|{{ text.split(' ', 1) }}|{{ text.split('l', maxsplit=1) }}|{{ ' a  b '.split() }}|{{ ' a  b '.split(None, 1) }}|{{ ''.split(',') }}|{{ ''.split() }}|{{ 'a,b,c'.rsplit(',', 1) }}|{{ 'aXXbXXc'.rsplit('XX') }}|{{ 'a\nb\r\nc\n'.splitlines() }}
{{ 'a'.split('') }}
{{ 'ab'.startswith('a') }}|{{ 'ab'.endswith(('x', 'b')) }}|{{ 'abab'.find('b') }}|{{ 'abab'.rfind('b') }}|{{ 'abab'.find('z') }}|{{ 'abab'.count('ab') }}|{{ 'abab'.index('b') }}|{{ 'a=b=c'.partition('=') }}|{{ 'a=b=c'.rpartition('=') }}|{{ 'ab'.removeprefix('a') }}|{{ 'ab'.removesuffix('b') }}|{{ 'ab'.replace('a', 'c') }}|{{ 'aaa'.replace('a', 'b', 2) }}|{{ '-7'.zfill(4) }}|{{ ', '.join(['a', 'b']) }}
{{ 'abab'.index('z') }}
{{ names | list('x') }}
{{ none | d('d', boolea=true) }}
{{ yes is true missing }}
{{ '12'.isdigit() }}|{{ ''.isdigit() }}|{{ 'a1'.isalnum() }}|{{ 'ab'.isalpha() }}|{{ ' '.isspace() }}|{{ 'AB'.isupper() }}|{{ 'ab1'.islower() }}|{{ 'ab' is lower }}|{{ 'AB' is upper }}
{{ text | length }}|{{ '😀' | length }}|{{ names | count }}|{{ map | length }}|{{ missing | length }}|{{ '' | length }}
{{ number | length }}
{{ names | select('equalto', 'bob') | length }}
{{ missing | default('d') }}|{{ '' | default('d') }}|{{ '' | default('d', true) }}|{{ none | default('d') }}|{{ none | d('d', boolean=true) }}|{{ missing | default }}
{{ names | join(', ') }}|{{ names | join }}|{{ numbers | join('-') }}|{{ messages | join(',', attribute='role') }}|{{ missing | join(',') }}
{{ names | first }}|{{ names | last }}|{{ empty | first }}|{{ text | first }}|{{ text | last }}|{{ names | list }}|{{ 'ab' | list }}|{{ map | list }}
{{ names | sort }}|{{ names | sort(reverse=true) }}|{{ names | sort(case_sensitive=true) }}|{{ messages | sort(attribute='role') | map(attribute='role') | list }}|{{ names | unique | list }}|{{ numbers | unique | list }}|{{ names | reverse | list }}|{{ text | reverse }}|{{ numbers | min }}|{{ names | max }}|{{ numbers | sum }}|{{ empty | max }}
{{ map | dictsort }}|{{ map | dictsort(true) }}|{{ {'x': 2, 'y': 1} | dictsort(by='value') }}|{{ map | items | list }}|{{ missing | items | list }}
{{ names | map('upper') | list }}|{{ names | map('replace', 'o', '0') | join(' ') }}|{{ messages | map(attribute='role') | list }}|{{ messages | map(attribute='zz', default='-') | list }}|{{ names | select('in', ['bob']) | list }}|{{ numbers | select('odd') | list }}|{{ numbers | reject('odd') | list }}|{{ messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | list }}|{{ messages | rejectattr('role', '==', 'user') | list | length }}|{{ messages | selectattr('tool_calls') | list | length }}|{{ messages | selectattr('tool_calls', 'defined') | list | length }}|{{ [0, 1, ''] | select | list }}
{% if empty | select %}lazy is true{% endif %}
{{ '3' | int }}|{{ '3.7' | int }}|{{ 'x' | int }}|{{ 'x' | int(9) }}|{{ 3.9 | int }}|{{ '1.5' | float }}|{{ 'x' | float }}|{{ 2 | float }}|{{ -3 | abs }}|{{ -2.5 | abs }}|{{ 2.5 | round }}|{{ 3.14159 | round(2) }}|{{ 2.1 | round(0, 'ceil') }}|{{ 2.9 | round(method='floor') }}|{{ true | int }}|{{ none | int }}
{{ number | string }}|{{ names | string }}|{{ text | safe }}|{{ text | wordcount }}|{{ map | attr('zz') }}
{{ 'a\nb\n\nc' | indent }}|{{ 'a\nb' | indent(2, true) }}|{{ 'a\n\nb' | indent(2, blank=true) }}|{{ 'a\nb' | indent('> ') }}
{{ messages | tojson }}
{{ quote | tojson }}|{{ quote | tojson(ensure_ascii=true) }}|{{ map | tojson(sort_keys=true) }}|{{ [1.0, 1e16, none, true] | tojson }}|{{ {1: 2, none: 3, true: 4, 1.5: 5} | tojson }}|{{ (1, 2) | tojson }}
{{ messages[2] | tojson(indent=2) }}|{{ [] | tojson(indent=2) }}|{{ [[]] | tojson(indent=0) }}|{{ [1, {}] | tojson(indent=4) }}|{{ [1, 2] | tojson(separators=(',', ':')) }}
{{ missing | tojson }}
{{ nothing is none }}|{{ nothing is not none }}|{{ missing is defined }}|{{ missing is undefined }}|{{ yes is boolean }}|{{ yes is number }}|{{ yes is integer }}|{{ 1 is integer }}|{{ 1.5 is float }}|{{ 1 is float }}|{{ 'a' is string }}|{{ map is mapping }}|{{ names is sequence }}|{{ map is sequence }}|{{ 'a' is sequence }}|{{ 1 is sequence }}|{{ missing is sequence }}|{{ names is iterable }}|{{ missing is iterable }}|{{ none is iterable }}|{{ yes is true }}|{{ 1 is true }}|{{ false is false }}|{{ 3 is odd }}|{{ 4 is even }}|{{ 9 is divisibleby 3 }}|{{ 9 is divisibleby(2) }}|{{ 1 is eq 1 }}|{{ 1 is ne(2) }}|{{ 1 is lt 2 }}|{{ 1 is ge 2 }}|{{ 'a' is in 'abc' }}|{{ 'a' is in ['a'] }}|{{ 1 is sameas 1 }}|{{ range is callable }}|{{ names is mapping }}
{{ 'a' is equalto 'a' and 'b' is equalto('b') }}|{{ number is defined and number is not string }}|{{ (missing is defined) or true }}
{% if number == 7 %}seven{% elif number == 8 %}eight{% else %}other{% endif %}|{% if number == 8 %}a{% elif number == 7 %}b{% else %}c{% endif %}|{% if missing %}a{% else %}c{% endif %}|{% if false %}x{% endif %}
{% for n in names %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.revindex }}{{ loop.revindex0 }}{{ n }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.cycle('a', 'b') }}{{ loop.depth }}{{ loop.depth0 }};{% endfor %}
{% for a in [1, 2] %}{% for b in [3] %}{{ loop.depth }}{{ a }}{{ b }}{% endfor %}{{ loop.index }}{% endfor %}
{% for n in empty %}x{% else %}none{% endfor %}|{% for n in names if n is lower %}{{ loop.index }}{{ n }}{% else %}none{% endfor %}|{% for n in names if n == 'z' %}x{% else %}none{% endfor %}|{% for c in 'ab' %}{{ c }}.{% endfor %}|{% for k in map %}{{ k }}{% endfor %}|{% for x in missing %}x{% else %}e{% endfor %}
{% for k, v in map.items() %}{{ k }}={{ v }};{% endfor %}|{% for k, v in map | dictsort %}{{ k }}={{ v }};{% endfor %}|{% for k, v in map | items %}{{ k }}{% endfor %}|{% for (a, b) in [(1, 2)] %}{{ a + b }}{% endfor %}|{% for a, b in [[1, 2], [3, 4]] %}{{ a * b }},{% endfor %}
{% for a, b in [[1, 2, 3]] %}{% endfor %}
{% for a in none %}{% endfor %}
{% for a in 3 %}{% endfor %}
{% for i in range(5) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}|{{ range(2, 8, 3) | list }}|{{ range(3, 0, -1) | list }}|{{ range(0) | list }}
{% set x = 1 %}{% for i in [1, 2] %}{% set x = x + i %}{{ x }}{% endfor %}{{ x }}|{% set ns = namespace(n=0, s='') %}{% for i in numbers %}{% set ns.n = ns.n + i %}{% set ns.s = ns.s ~ i %}{% endfor %}{{ ns.n }}{{ ns.s }}|{{ ns.zz }}|{{ namespace({'a': 1}).a }}
{% set a, b = 1, 2 %}{{ a }}{{ b }}|{% set t = 1, 2 %}{{ t }}|{% set block %} text {{ number }} {% endset %}[{{ block }}]|{% set up | upper | trim %} text {% endset %}[{{ up }}]|{% if true %}{% set inner = 5 %}{% endif %}{{ inner }}
{% set a, b = [1] %}
{% set number.x = 1 %}
{% set map.x = 1 %}
{% macro m(a, b=2, c=none) %}[{{ a }}{{ b }}{{ c }}{{ number }}]{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(1, c=4) }}{{ m() }}{{ m(b=1, a=0) }}|{% macro r(n) %}{{ n }}{% if n > 0 %}{{ r(n - 1) }}{% endif %}{% endmacro %}{{ r(3) }}|{{ m(1) | upper }}{{ m(1) ~ 'x' }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(z=2) }}
{% macro box(t) %}<{{ t }}:{{ caller() }}>{% endmacro %}{% call box('a') %}in {{ number }}{% endcall %}|{% macro each() %}{{ caller(1) }}{{ caller(2) }}{% endmacro %}{% call(x) each() %}({{ x }}){% endcall %}
{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a }}|{% filter upper %}abc {{ text }}{% endfilter %}|{% filter trim | lower %} ABC {% endfilter %}
{% raw %}{{ not }} {% if %}{# c #}{% endraw %}|{%- raw -%}  x {{ y }}  {%- endraw -%}  z
a {# comment #} b {#- comment -#} c
  {# comment at a line's start #}|x
{{ raise_exception('no') }}
{% if false %}{{ raise_exception('no') }}{% endif %}fine
{{ names.append('x') }}
{{ map.update({'a': 2}) }}
{{ dict(a=1, b=2) }}|{{ dict({'a': 1}, c=3) }}
{{ strftime_now('%d %b %Y') }}|{{ strftime_now('%Y-%m-%d') }}|{{ strftime_now('%B %-d, %A %H:%M:%S %p %j %% %y') }}
{{ [1, 2, ] }}|{{ {'a': 1, } }}|{{ m if m is defined else 'no' }}
{{ (names | first) }}|{{ names | first | upper }}|{{ numbers | length * -1 }}
{{ -numbers[0] | abs }}|{{ (-3) | abs }}|{{ +3 }}|{{ +yes }}|{{ -yes }}|{{ 'a😀b'.replace('', '-') }}|{{ 'ab'.replace('', '-', 2) }}|{{ - -3 }}|{{ 10 - 2 - 3 }}|{{ 2 * 3 % 4 }}|{{ 1 ~ 2 + 3 }}|{{ 'x' + (2 ~ 3) }}
{{ text[0] | upper ~ text[1:] }}|{{ 'a' ~ 'b' | upper }}|{{ 'x' if 'a' in map and not 'z' in map else 'y' }}
{{ ' a '.strip().upper() }}|{{ text.split(', ')[-1].lower() }}|{{ messages[1].content.split('\n')[0] }}|{{ (messages | first).content.strip() }}
{{ messages[0]['content'] | trim ~ '!' }}|{{ messages[1]['content'] }}|{{ messages | length - 1 }}|{{ (messages | last)['role'] }}
{{ true }}{{ True }}{{ false }}{{ none }}{{ None }}|{{ [true, none] }}|{{ 'None' == none | string }}
{{ '%s' }}|{{ '}}' }}|{{ "{{ x }}" }}|{{ '{%' }}
{{ e }}|{{ '<b>' | e }}|{{ '"&\'' | escape }}
{% if 'a' in 'abc' and (1 > 2 or not false) %}t{% endif %}|{% if (1 in [1]) is true %}t{% endif %}
{{ [messages[0].content, messages[2].tool_calls[0].arguments] }}
{{ messages[2].tool_calls[0].arguments | tojson }}|{{ messages[2].tool_calls[0].arguments.items() | list }}
{% for m in messages %}{% if not loop.first %}{{ '\n' }}{% endif %}{{ m.role }}: {{ m.content | trim }}{% endfor %}
{%- set ns = namespace(last=-1, done=false) -%}{%- for m in messages[::-1] -%}{%- if not ns.done and m.role == 'user' -%}{%- set ns.last = loop.index0 -%}{%- set ns.done = true -%}{%- endif -%}{%- endfor -%}{{ ns.last }}
{{ 'x' in missing }}|{{ missing == missing }}|{{ missing != 1 }}|{{ missing ~ '' }}|{{ [missing] | length }}
{{ missing < 1 }}
{{ -missing }}
{{ missing | upper }}|{{ missing | trim }}|{{ none | upper }}|{{ number | trim }}|{{ 5 | replace('5', 'x') }}
"""

# Those whose lines matter.
LONGER = [
    "{% if yes %}\n  a\n{% endif %}\n  b\n",
    "  {% if yes %}\n    a\n  {% endif %}\nb\n\n",
    "x\n  {%- if yes -%}\n  a  \n  {%- endif -%}\n  b",
    "x  {%+ if yes +%}\n  a\n  {%+ endif %}\nb",
    "  {{ number }}\n  {{- number -}}  \n  {{ number }}\n",
    "a\n   {# c #}\n  b\n{#- c -#}\n  d {# c #}\n",
    "{# c #}\n{% for i in [1, 2] %}\n  {{ i }}\n{% endfor %}\n\nend\n",
    "{% for m in messages -%}\n{{ m.role }}\n{%- if not loop.last %}\n,\n{%- endif %}\n{% endfor -%}\n  !",
    "\r\na\r\n{% if yes %}\r\nb\r{% endif %}\r\nc\r\n",
    "{% set x %}\n  a\n{% endset %}\n[{{ x }}]\n\n",
    "\t{% if yes %}\t\n\ta{% endif %}\t\n",
    "\u00a0{% if yes %}a{% endif %}\u00a0\n  {%- if yes %} b{% endif %}",
    "{% if yes %}a{% endif %}  \n  {% if yes %}b{% endif %}  {% if yes %}c{% endif %}",
    "{{ 'a\nb' }}\n{{ 1 +\n 2 }}\n",
    "a\n{#-#}\n  b{#- c #}\n",
    "{% raw %}\n  {{ a }}\n  {% endraw %}\n  b\n",
    "{%- macro m(x) %}\n  {{ x }}\n{%- endmacro %}\n{{ m(1) }}{{- m(2) }}\n",
    "",
    "\n",
    "\n\n",
    "{",
    "{ {% if yes %}{{%endif%} }",
    "{% generation %}{{ number }}{% endgeneration %}",
    "a{%if yes%}b{%-else-%}c{%endif%}d",
    "{{ {'a': {'b': 1}}}}",
    "{{ {'a': {'b': 1}}['a']['b'] }}",
    "{% set d = {'a': 1} %}{{ d['a'] }}{% for i in range(3) %}{{ i }}{% if not loop.last %}, {% endif %}{% endfor %}",
]


class Generation(jinja2.ext.Extension):
    """Has the scope of a call, as that of transformers."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def main(path):
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
    )
    environment.filters["tojson"] = tojson
    environment.globals["raise_exception"] = raise_exception
    now = datetime.datetime(2026, 11, 30, 9, 5, 7)
    environment.globals["strftime_now"] = now.strftime
    cases = []
    for template in [line for line in TEMPLATES.split("\n") if line] + LONGER:
        try:
            want = environment.from_string(template).render(**CONTEXT)
        except Exception as error:
            want = None
            if "-v" in sys.argv:
                print(template, "->", repr(error))
        cases.append({"template": template, "want": want})
    content = {"context": CONTEXT, "cases": cases}
    pathlib.Path(path).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(len(cases), "cases,", sum(case["want"] is None for case in cases), "raise")


if __name__ == "__main__":
    main(sys.argv[1])

"""Which host a link leads to, however it is written."""

from __future__ import annotations

import time

import pytest
from coze_harness.expectations.markdown.link_search import find_links, imitates
from declaring import judge

HOSTS = [
    # URLs
    ("https://coze.cn/a?b=https://evil.com", ["coze.cn"]),
    ("HTTPS://COZE.CN:8443/a", ["coze.cn"]),
    ("https://coze.cn@evil.com", ["evil.com"]),
    ("https://coze.cn:pw@evil.com/@coze.cn", ["evil.com"]),
    ("https://evil.com\\@coze.cn", ["evil.com"]),
    ("https:///evil.com", ["evil.com"]),
    ("https:\\\\evil.com", ["evil.com"]),
    ("https://evil%2ecom", ["evil.com"]),
    ("https://ｅｖｉｌ．ｃｏｍ", ["evil.com"]),
    ("https://ev\u200bil.com", ["evil.com"]),
    ("https://coze.cn.", ["coze.cn"]),
    ("https://coze.cn查看文档", ["coze.cn"]),
    ("https://中文.com/a", ["中文.com"]),
    ("https://xn--fiq228c.com", ["中文.com"]),
    ("https://xn--\x7f.com", ["xn--\x7f.com"]),
    ("http://[::1]:80/", ["[::1]"]),
    ("http://127.0.0.1/", ["127.0.0.1"]),
    ("ftp://files.cn", ["files.cn"]),
    ("weixin://dl/business", ["dl"]),
    # Markdown and HTML
    ("[coze.cn](https://evil.com)", ["coze.cn", "evil.com"]),
    ("[a](<https://evil.com>)", ["evil.com"]),
    ("[a](//evil.com/b)", ["evil.com"]),
    ("[a](/docs/b)", []),
    ("[a](#top)", []),
    ("[a](evil.com/b)", ["evil.com"]),
    ("[a]: https://evil.com", ["evil.com"]),
    ('<a href="https://evil.com">coze.cn</a>', ["evil.com", "coze.cn"]),
    ("<img src=//evil.com/a.png>", ["evil.com"]),
    ("![](https://evil.com/a.png)", ["evil.com"]),
    # without a scheme
    ("打开evil.com领取", ["evil.com"]),
    ("evil.com.cn", ["evil.com.cn"]),
    ("www.evil.xyz/a", ["www.evil.xyz"]),
    ("evil。com", ["evil.com"]),
    ("10.0.0.1:8080", ["10.0.0.1"]),
    # other schemes
    ("javascript:alert(1)", [""]),
    ("data:text/html,x", [""]),
    ("mailto:a@evil.com?cc=b@coze.cn", ["evil.com"]),
    ("tel:10086", [""]),
    # no links
    ("main.py 和 README.md、Node.js、ASP.NET", []),
    ("a@coze.cn", []),
    ("v1.2.3，1.5万，3.14", []),
    ("时间：10:30", []),
    ("etc.in other", []),
]


@pytest.mark.parametrize(("text", "hosts"), HOSTS)
def test_a_link_leads_to_the_host_that_a_browser_opens(text: str, hosts: list[str]) -> None:
    links = find_links(text)
    assert [link.host for link in links] == hosts
    for link in links:
        assert text[link.start : link.end].startswith(link.text)


@pytest.mark.parametrize("host", ["сoze.cn", "c0ze.cn", "cοze.cn", "cöze.cn"])
def test_a_host_that_only_looks_like_an_allowed_one_is_named(host: str) -> None:
    assert imitates(host, "coze.cn")
    assert not imitates("coze.cn", "coze.cn")
    assert not imitates("gaze.cn", "coze.cn")
    assert judge("links: [coze.cn]", f"https://{host}").reason.id == "kind.links.imitation"


@pytest.mark.parametrize(
    "text",
    ["a.", "a", "http://", "](", "[", "a.a.a.a.a.a.a.", "-", "x:", "[a]:", "href=", "1.", "https:"],
)
def test_a_hostile_answer_takes_linear_time(text: str) -> None:
    begin = time.process_time()
    find_links(text * (190_000 // len(text)))
    assert time.process_time() - begin < 2

"""A project with something for every screen, recorded from the scripted server and replayed."""

from __future__ import annotations

import json
from pathlib import Path

from coze_harness.server.server_process import serve
from project import SETTINGS, TOKEN, ProjectFolder, chatchat_script

# The attack is in what the bot says, so that it comes all the way: server, cassette, replay, page.
_TABLE = """# 营业时间

| 店 | 开门 |
|---|---|
| 北京 | **10:00** |
| 上海 | 9:00 |

- 周末 `10:00`
- [地图](https://maps.example/北京)

![门面](https://img.example/door.png)

```python
print('你好')
```
"""
_ATTACK = (
    '<img src=x onerror="window.__xss=1"><script>window.__xss=2</script></script>'
    " [x](javascript:window.__xss=3) ![p](http://127.0.0.1:8933/p.png)"
)
_ANSWERS = f"""
- prompt: 营业时间?
  answer: {json.dumps(_TABLE, ensure_ascii=False)}
  follow_ups: [周末呢?, 停车方便吗?, 电话多少?]
  reasoning: 用户问的是营业时间，先查知识库。
  knowledge: [北京店十点开门。]
- prompt: 攻击
  answer: {json.dumps(_ATTACK)}
- prompt: 今天呢?
  vary:
  - 每月 99 元，含 30GB。2024-05-01 起。👨‍👩‍👧
  - 每月 199 元，含 20GB。2024-05-03 起。👨‍👩‍👦
  - 我们重新说一遍。
"""

_SCENARIOS = {
    "identity": """tags: [smoke, zh]
bots: [chatchat, second]
turns:
  - {prompt: 你是谁?, expect: [学术助手, {not: {contains: ChatGPT}}, {length: {max: 200}}]}
""",
    "hours": """description: 营业时间 in a table.
tags: [smoke, 营业]
turns:
  - prompt: 营业时间?
    expect:
      - contains: "10:00"
      - name: close to the approved answer
        similar: {to: 九点开门。, at_least: 0.9}
        severity: warning
  - prompt: 今天呢?
    expect: [{contains: 九点}, {regex: '\\d+ 元'}]
  - prompt: 说点别的
    expect: [不知道]
""",
    "weather": """tags: [tools]
stream: true
cases: [{case: 杭州, city: 杭州}, {case: "<b>", city: 北京}, {case: __proto__, city: __proto__}]
turns:
  - {prompt: "天气{{ city }}", expect: [{contains: "{{ city }}天气很好"}, {first_token: {max: 30}}]}
  - {prompt: 然后呢?, expect: [不知道]}
""",
    "attack": """tags: [hostile]
turns: [{prompt: 攻击, expect: [绝不会有的话]}]
""",
    "again": """tags: [repeat]
repeat: 3
min_pass_rate: 0.3
turns: [{prompt: 今天呢?, expect: [{contains: "99 元"}]}]
""",
    "known": """tags: [known]
known_failure: the bot is wrong about this, as <b>foreseen</b>
turns: [{prompt: 然后呢?, expect: [知道一切]}]
""",
    "fixed": """known_failure: it was wrong once
turns: [{prompt: 你是谁?, expect: [chatchat]}]
""",
    "broken": """turns: [{prompt: fail, expect: [unheard]}]
""",
}
_MANY = 14


def recorded_project(folder: Path) -> ProjectFolder:
    """Record everything once and replay it twice, so that there is a past."""
    project = ProjectFolder(folder / "project", home=folder / "home")
    project.write("harness.yaml", SETTINGS)
    for name, text in _SCENARIOS.items():
        project.write(f"scenarios/{name}.yaml", f"name: {name}\n{text}")
    passing = "\n".join(
        f"  - {{name: plain-{n:02}, tags: [plain], turns: [{{prompt: 天气{n},"
        f" expect: [{n}天气很好]}}]}}"
        for n in range(_MANY)
    )
    project.write("scenarios/plain.yaml", f"scenarios:\n{passing}\n")
    with serve(chatchat_script(_ANSWERS)) as server:
        service_env = {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN}
        done = project.run("record", env=service_env)
    assert done.code == 4, done
    project.edit("scenarios/plain.yaml", "[3天气很好]", "[3天气不好]")
    for _ in range(2):
        done = project.run("run")
        assert done.code in (1, 3), done
    return project

"""Files that `write_canonical` did not write: edited ones can be replayed, others are rejected."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from cassette_samples import (
    ORIGIN,
    ask,
    json_response,
    listing,
    messages_body,
    plain_recording,
    poll,
    record_call,
)
from coze_harness.cassettes import (
    Recording,
    Redactor,
    ReplayTransport,
)
from coze_harness.cassettes.canonical_format import write_canonical
from coze_harness.cassettes.cassette_files import read_cassette
from coze_harness.model.errors import CassetteMissingError, CassetteUnreadableError
from scale import scale_down

WHOLE = write_canonical(plain_recording(), ORIGIN)
SECONDS = 20


def _play(path: Path) -> list[bytes]:
    transport = ReplayTransport(read_cassette(path), str(path), Redactor())
    bodies = [transport.send(call).body for call in (ask(), poll(), poll(), listing())]
    transport.check_all_played()
    return bodies


def _reindent(data: bytes) -> bytes:
    document = yaml.load(data, yaml.CSafeLoader)
    text = yaml.safe_dump(document, indent=4, allow_unicode=True, sort_keys=False, width=60)
    assert isinstance(text, str)
    return text.encode()


EDITS = {
    "another answer": WHOLE.replace("虚拟的学术助手".encode(), "真正的老师：“甲”".encode()),
    "windows line ends": WHOLE.replace(b"\n", b"\r\n"),
    "byte order mark": b"\xef\xbb\xbf" + WHOLE,
    "comments": WHOLE.replace(b"interactions:", "# 改过了\ninteractions:  # all".encode()),
    "blank lines": WHOLE.replace(b"\n- request:", b"\n\n\n- request:"),
    "no final line feed": WHOLE[:-1],
    "no first line": WHOLE.partition(b"\n")[2],
    "laid out anew": _reindent(WHOLE),
    "times dropped": WHOLE.replace(b'"timings_ms":', b'"old":').replace(b'"polls":', b'"p":'),
    "blanks at line ends": WHOLE.replace(b",\n", b", \n"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_file_edited_by_hand_can_be_replayed(edit: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(EDITS[edit])
    recording = read_cassette(path)
    assert not recording.canonical
    assert recording.origin is not None
    assert recording.origin.bot == ORIGIN.bot
    answer = _play(path)[-1].decode()
    assert ("真正的老师：“甲”" if edit == "another answer" else "虚拟的学术助手") in answer


def test_an_edited_file_keeps_its_times_and_counts(tmp_path: Path) -> None:
    first, second = plain_recording().interactions[1:3]
    merged = first.with_repeat(first).with_repeat(first)
    path = tmp_path / "a.yaml"
    items = (record_call(ask(), json_response({})), merged, second)
    path.write_bytes(write_canonical(Recording(interactions=items), ORIGIN))
    whole = read_cassette(path)
    path.write_bytes(path.read_bytes().replace(b"in_progress", b"in_progre55"))
    edited = read_cassette(path)
    assert [i.repeat_count for i in edited.interactions] == [1, 3, 1]
    assert [(i.started, i.elapsed, i.repeat_count) for i in edited.interactions] == [
        (i.started, i.elapsed, i.repeat_count) for i in whole.interactions
    ]


def test_a_line_added_to_a_text_response_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    lines = "        甲\n        乙\n".encode()
    answer = WHOLE.rindex(b"string: |-\n") + len(b"string: |-\n")
    path.write_bytes(WHOLE[:answer].replace(b"application/json", b"text/plain") + lines)
    assert read_cassette(path).interactions[-1].response_body == "甲\n乙".encode()


HEAD = (
    b"version: 1\ninteractions:\n"
    b"- request: {method: GET, uri: 'http://a/b', body: null, headers: {}}\n"
)
TAIL = b"  response: {status: {code: 200, message: OK}, headers: {}, body: {string: x}}\n"
ALIASES = b"a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 12)
)
MERGES = b"m0: &m0 {a: 1}\n" + b"".join(
    b"m%d: &m%d {<<: [%s]}\n" % (n, n, b", ".join([b"*m%d" % (n - 1)] * 9)) for n in range(1, 12)
)
NEWER = WHOLE.replace(b'"format_version": 1', b'"format_version": 2')
BAD = {
    "empty": b"",
    "blank": b"\n  \n\xe3\x80\x80\n",
    "a comment": b"# coze-cassette 1 crc32=00000000\n",
    "conflict marks": WHOLE.replace(
        b"interactions:\n", b"<<<<<<< HEAD\ninteractions:\n=======\ninteractions: []\n>>>>>>> x\n"
    ),
    "conflict marks of another tool": WHOLE + b"||||||| 12ab34c\n",
    "a newer format of ours": NEWER,
    "a format of no number": WHOLE.replace(b'"format_version": 1', b'"format_version": "1"'),
    "a format of nought": WHOLE.replace(b'"format_version": 1', b'"format_version": 0'),
    "a newer format of vcrpy": WHOLE.replace(b"version: 1\n", b"version: 2\n", 1),
    "a version that is true": WHOLE.replace(b"version: 1\n", b"version: yes\n", 1),
    "no version": WHOLE.replace(b"version: 1\n", b"", 1),
    "not UTF-8": WHOLE.replace("你".encode(), b"\xc4\xe3"),
    "UTF-16": WHOLE.decode().encode("utf-16"),
    "a scenario": b"name: x\nbot: y\nturns: []\n",
    "a list": b"- 1\n- 2\n",
    "a word": b"hello\n",
    "nothing for interactions": b"version: 1\ninteractions:\n",
    "an old cassette": b'[{"request": {}, "response": {}}]',
    "another tool's JSON": b'{"log": {"version": "1.2", "entries": []}}',
    "another tool's YAML": b"http_interactions:\n- request: {}\nrecorded_with: VCR 6\n",
    "a number for interactions": b"version: 1\ninteractions: 12\n",
    "a text for interactions": b"version: 1\ninteractions: all\n",
    "an interaction without response": HEAD,
    "a status that is text": HEAD + TAIL.replace(b"200", b"OK"),
    "a request body that is a list": HEAD.replace(b"null", b"[[1]]") + TAIL,
    "a control character": HEAD + TAIL + b"# \x00\n",
    "two documents": WHOLE + b"---\n" + WHOLE,
    "an open quote": WHOLE + b'more: "\n',
    "a tab": HEAD + b"\tx: 1\n",
    "an alias of nothing": HEAD + TAIL + b"x: *nothing\n",
    "an alias inside itself": HEAD + TAIL + b"x: &x [*x]\n",
    "a key written twice": WHOLE + WHOLE,
    "an alias bomb": ALIASES + HEAD + TAIL,
    "a merge bomb": MERGES + HEAD + TAIL,
    "a list as a key": HEAD + TAIL + b"? [a]\n: b\n",
    "a bool that is none": HEAD + TAIL + b"x: !!bool perhaps\n",
    "an int that is none": HEAD + TAIL + b"x: !!int ''\n",
    "a float that is none": HEAD + TAIL + b"x: !!float a\n",
    "base64 that is none": HEAD + TAIL.replace(b"x}", b"!!binary 'a'}"),
    "a long number": HEAD + TAIL + b"x: " + b"7" * 6000 + b"\n",
    "a number of hours and hours": HEAD + TAIL + b"x: 1" + b":1" * 400_000 + b"\n",
    **{
        f"the tag {tag.decode()}": HEAD + TAIL + b"x: %s\n" % tag
        for tag in (
            b"!!python/object/apply:os.system ['echo pwned >&2']",
            b"!!python/object/new:os.system ['echo pwned >&2']",
            b"!!python/object:os.PathLike {}",
            b"!!python/name:os.system",
            b"!!python/module:os",
            b"!!python/tuple [1]",
            b"!!python/str 'x'",
            b"!!python/unicode 'x'",
            b"!!python/bytes 'eA=='",
            b"!!python/none",
            b"!ruby/object:VCR::Cassette {}",
            b"!mine x",
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_an_unusable_file_is_rejected_and_not_changed(name: str, tmp_path: Path) -> None:
    path = tmp_path / "某.yaml"
    path.write_bytes(BAD[name])
    with pytest.raises(CassetteUnreadableError) as raised:
        read_cassette(path)
    assert str(raised.value).startswith(str(path))
    assert raised.value.next_step
    assert path.read_bytes() == BAD[name]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("empty", "The file is empty"),
        ("conflict marks", "conflict markers"),
        ("a newer format of ours", "x-coze format 2"),
        ("a newer format of vcrpy", "version 2"),
        ("not UTF-8", "not UTF-8"),
        ("a key written twice", '"version" is written twice'),
        ("another tool's YAML", "not a cassette"),
        ("no version", "has no `version`"),
    ],
)
def test_the_error_says_what_is_wrong_with_a_file(name: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(BAD[name])
    with pytest.raises(CassetteUnreadableError, match=words):
        read_cassette(path)


@pytest.mark.parametrize(
    "name", ["conflict marks", "not UTF-8", "a tab", "a key written twice", "the tag !mine x"]
)
def test_the_error_has_the_line_if_it_is_known(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(BAD[name])
    with pytest.raises(CassetteUnreadableError) as raised:
        read_cassette(path)
    assert raised.value.where is not None
    assert raised.value.where.line > 1


@pytest.mark.parametrize("kind", ["folder", "under a file", "pipe", "loop of links", "long name"])
def test_a_path_that_is_not_a_file_is_rejected(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    if kind == "folder":
        path.mkdir()
    elif kind == "under a file":
        path.write_bytes(WHOLE)
        path /= "b.yaml"
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "loop of links":
        path.symlink_to(path)
    else:
        path = tmp_path / ("字" * 100 + ".yaml")
    with pytest.raises(CassetteUnreadableError):
        read_cassette(path)


def test_a_missing_file_is_a_missing_cassette(tmp_path: Path) -> None:
    with pytest.raises(CassetteMissingError):
        read_cassette(tmp_path / "a.yaml")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(WHOLE)
    path.chmod(0)
    with pytest.raises(CassetteUnreadableError, match="cannot be read"):
        read_cassette(path)


DEEP = {
    "lists": b"[" * scale_down(10_000_000),
    "mappings": b"{a: " * scale_down(2_500_000),
    "closed lists": b"[" * scale_down(200_000) + b"]" * scale_down(200_000),
    "closed mappings": b"{a: " * scale_down(200_000) + b"}" * scale_down(200_000),
    "dashes": b"\n  " + b"- " * scale_down(5_000_000),
    "questions": b"\n  " + b"? " * scale_down(5_000_000),
    "steps": b"".join(b"\n" + b" " * n + b"a:" for n in range(1, scale_down(4000))),
    "quotes": b'"' + b"\\u4f60" * scale_down(1_600_000),
    "anchors": b"".join(b"&a%d " % n for n in range(scale_down(1_000_000))),
    "a long line": b"x" * scale_down(10_000_000),
    "blanks": b"\n" * scale_down(10_000_000),
}


@pytest.mark.parametrize("name", DEEP)
def test_megabytes_of_nesting_are_rejected_quickly_and_without_a_crash(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / "deep.yaml"
    path.write_bytes(b"version: 1\nx-coze: {format_version: 1}\ninteractions: " + DEEP[name])
    program = (
        "import sys; from pathlib import Path\n"
        "from coze_harness.cassettes.cassette_files import read_cassette\n"
        "from coze_harness.model.errors import CassetteUnreadableError\n"
        "try: read_cassette(Path(sys.argv[1]))\n"
        "except CassetteUnreadableError as error: print('rejected', error)\n"
    )

    def small_stack() -> None:
        resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, 1 << 20))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))

    done = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=small_stack,
    )
    assert done.returncode not in (-signal.SIGSEGV, -signal.SIGXCPU), done
    assert done.stdout.startswith(f"rejected {path}"), done
    path.unlink()


def test_a_response_may_be_binary(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(HEAD + TAIL.replace(b"string: x", b"string: !!binary '/wD+'"))
    assert read_cassette(path).interactions[0].response_body == b"\xff\x00\xfe"


@pytest.mark.parametrize("date", [b"2026-02-31", b"2026-02-28", b"!!timestamp soon"])
def test_a_date_is_read_as_text(date: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(HEAD + TAIL.replace(b"string: x", b"string: " + date))
    answer = read_cassette(path).interactions[0].response_body
    assert answer == date.removeprefix(b"!!timestamp ")


def test_a_file_may_end_in_an_empty_mapping(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(WHOLE.rstrip() + b"\n    extra: {}\n")
    assert read_cassette(path).interactions


def test_the_nesting_limit_has_its_location(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"version: 1\ninteractions: " + b"[" * 200_000)
    with pytest.raises(CassetteUnreadableError, match="levels deep") as raised:
        read_cassette(path)
    assert str(raised.value.where) == f"{path}:2:114"


def test_yaml_aliases_are_resolved(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    more = HEAD.partition(b"interactions:\n")[2] + TAIL.replace(b"{}", b"*h ")
    path.write_bytes(HEAD + TAIL.replace(b"{}", b"&h {X-Tt-Logid: [L1]}") + more)
    assert [i.headers for i in read_cassette(path).interactions] == [{"x-tt-logid": "L1"}] * 2


def test_incomplete_json_after_an_edit_is_an_error(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(WHOLE.replace(b'"in_progress"', b'"in_progress'))
    with pytest.raises(CassetteUnreadableError, match="interaction 2 is not complete JSON"):
        read_cassette(path)


def test_an_edited_file_may_contain_an_empty_response(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    empty = record_call(listing(), json_response(messages_body()))
    items = (record_call(ask("甲"), json_response({})), empty)
    data = write_canonical(Recording(interactions=items), ORIGIN)
    answer = data.rindex(b"string: |-\n") + len(b"string: ")
    path.write_bytes(data[:answer] + b'""\n')
    assert read_cassette(path).interactions[1].response_body == b""

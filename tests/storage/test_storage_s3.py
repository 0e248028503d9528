"""Cassettes and reports in a bucket of a real S3-compatible server, through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from project import ProjectFolder, interrupt

from storage.bucket import SECRET, Bucket

CASSETTES = [f"录音/{name}.yaml" for name in ("identity", "weather+1", "weather+2", "wrong")]
FILES = ["index.html", "junit.xml", "run.json", "summary.md", "trials.jsonl"]


def test_from_recording_to_history(recorded_project: ProjectFolder, bucket: Bucket) -> None:
    assert bucket.keys("录音/") == CASSETTES
    (begin,) = bucket.runs()
    assert bucket.keys("reports/") == sorted(
        [f"reports/{folder}/{name}" for folder in (begin, "latest") for name in FILES]
        + ["reports/index.html"]
    )

    assert recorded_project.run("run").code == 1
    first = bucket.runs()[-1]
    done = recorded_project.run("run", "--workers", "2")
    assert done.code == 1, done
    second = bucket.runs()[-1]
    assert done.last.endswith(f"report: {bucket.url}/reports/{second}/index.html")
    assert bucket.run_json()["run_id"] == second
    assert bucket.run_json()["summary"] == bucket.run_json(first)["summary"]
    assert bucket.read("reports/latest/trials.jsonl") == bucket.read(
        f"reports/{second}/trials.jsonl"
    )
    assert [past["run_id"] for past in bucket.run_json()["past"]] == [first]
    assert not (recorded_project.root / "reports").exists()
    assert not (recorded_project.root / "cassettes").exists()
    assert not list(Path(recorded_project.env["TMPDIR"]).rglob("run.json"))

    history = recorded_project.run("history")
    assert history.code == 0, history
    assert [line.split()[0] for line in history.out.splitlines()[1:]] == [second, first, begin]

    again = recorded_project.run("run", "--last-failed")
    assert again.code == 1, again
    assert [trial["id"] for trial in bucket.run_json()["trials"]] == ["wrong"]


def test_looking_at_cassettes(recorded_project: ProjectFolder, bucket: Bucket) -> None:
    bucket.write("录音/old/gone.yaml", bucket.read(CASSETTES[0]))
    bucket.delete(CASSETTES[1])
    trials = json.loads(recorded_project.run("list", "--json").out)
    assert {trial["cassette"]: trial["state"] for trial in trials} == {
        f"{bucket.url}/{key}": "missing" if key == CASSETTES[1] else "recorded" for key in CASSETTES
    }
    done = recorded_project.run("check")
    assert done.code == 3, done
    assert f"{bucket.url}/录音/old/gone.yaml: " in done.err
    assert f"{bucket.url}/{CASSETTES[1]}: " in done.err
    assert done.err.count("next:") == 2


def test_verdicts_and_lines_are_those_of_local_folders(
    recorded_project: ProjectFolder, bucket: Bucket, tmp_path: Path
) -> None:
    local_cassettes = tmp_path / "here"
    local_cassettes.mkdir()
    for key in CASSETTES:
        (local_cassettes / Path(key).name).write_bytes(bucket.read(key))
    away = recorded_project.run("run")
    local = recorded_project.run(
        "run", "--cassettes", str(local_cassettes), "--reports", str(tmp_path / "runs")
    )
    assert (away.code, away.out.splitlines()[:-1]) == (local.code, local.out.splitlines()[:-1])
    lines = (tmp_path / "runs" / "latest" / "trials.jsonl").read_text("utf-8")
    remote_lines = bucket.read("reports/latest/trials.jsonl").decode()
    assert sorted(remote_lines.splitlines()) == sorted(
        lines.replace(str(local_cassettes), f"{bucket.url}/录音").splitlines()
    )


def test_an_interrupted_recording_is_uploaded_and_resumed(
    project: ProjectFolder, bucket: Bucket
) -> None:
    project.write("scenarios/never.yaml", "name: never\nturns: [{prompt: never}]\n")
    project.edit("harness.yaml", "timeout: 2", "timeout: 120")
    process = project.start("record", "-v")
    while len(bucket.keys("录音/")) < len(CASSETTES):
        assert process.poll() is None, process.communicate()
    interrupt(process)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, (out, err)
    (name,) = bucket.runs()
    assert f"--resume {name}" in err
    assert bucket.run_json()["interrupted"]
    project.path("scenarios/never.yaml").unlink()
    done = project.run("record", "--resume", name)
    assert done.code == 1, done
    assert bucket.runs() == [name]
    assert bucket.run_json()["summary"]["trials"] == 4


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"bucket": "no-such-bucket"}, "bucket does not exist", id="bucket"),
        pytest.param({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "connect", id="network"),
        pytest.param({"AWS_ACCESS_KEY_ID": ""}, "redentials", id="credentials"),
    ],
)
def test_a_failing_store_is_one_block(
    project: ProjectFolder, bucket: Bucket, change: dict[str, str], words: str
) -> None:
    name = change.pop("bucket", bucket.name)
    if "AWS_ACCESS_KEY_ID" in change:
        change |= {"AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"}
    cassettes, reports = f"s3://{name}/cassettes", f"s3://{name}/reports"
    for folder, code, folder_options in (
        (cassettes, 3, ("--cassettes", cassettes, "--reports", "here")),
        (reports, 2, ("--cassettes", "here", "--reports", reports)),
    ):
        done = project.run("run", *folder_options, env=change)
        assert done.code == code, done
        assert words in done.err
        assert folder in done.err
        assert done.err.count("next:") == 1, done.err
        assert SECRET not in done.out + done.err
        assert "Traceback" not in done.err

"""Ask a bot one prompt."""

from __future__ import annotations

from collections.abc import Callable

from coze_harness.commands.project import Project, TrialSelection
from coze_harness.commands.run_trials import RunOptions, live_runner, open_live_transports
from coze_harness.execution.single_chat import send_single_prompt
from coze_harness.model import ChatOptions, HttpCall, Reply, TrialResult
from coze_harness.model.errors import UsageError
from coze_harness.reporting.run_writer import RunListener
from coze_harness.scenarios.trial_expansion import find_bot


def record_prompt(
    project: Project, selection: TrialSelection, listener: RunListener
) -> TrialResult:
    """Record the one trial that is selected, and return its result.

    Raises:
        SettingsError: there are no credentials.
        ScenarioErrors: its bot is unknown, or refuses such prompts.
    """
    options = RunOptions()
    trials = project.select_trials(selection)
    redactor = project.make_redactor()
    with open_live_transports(project, redactor, options, trials) as transports:
        runner = live_runner(project, transports, redactor, options, listener, saves_cassettes=True)
        ((result,),) = runner.results(trials, _keep)
    return result


def _keep(result: TrialResult, /, *, exit_code: int | None = None) -> TrialResult:
    """Return a result as it is, for a runner that encodes results."""
    return result


def ask_bot(
    project: Project,
    prompt: str,
    *,
    bot: str,
    conversation_id: str,
    on_call: Callable[[HttpCall], None],
    show: Callable[[str], None] | None = None,
) -> Reply:
    """Send a bot one prompt and return its reply, whatever state the chat ended in.

    Args:
        project: the project.
        prompt: the prompt.
        bot: a name from harness.yaml or an id; empty: the default bot.
        conversation_id: the conversation to continue; empty: a new one.
        on_call: receives each call before it is made.
        show: receives the answer as it arrives; `None`: the answer is not streamed.

    Raises:
        UsageError: there is no such bot.
        CozeError: the service or the network failed.
    """
    settings, process = project.settings, project.process
    target = find_bot(bot, settings.bots, settings.default_bot)
    if "prompt" not in target.capabilities.scenario_keys:
        raise UsageError(
            f'"{target.name}" is {target.capabilities.title}: it takes an input, and no prompt.',
            next_step="write a scenario with `input:` in its turns, and run: coze-harness live",
        )
    options = ChatOptions(
        user_id=settings.user_id, conversation_id=conversation_id, stream=show is not None
    )
    redactor = project.make_redactor()
    with project.open_transports(redactor, [target], workers=1) as transports:
        return send_single_prompt(
            prompt,
            target,
            options,
            transport=transports.of(target),
            redactor=redactor,
            poll_interval=settings.poll.interval,
            poll_timeout=settings.poll.timeout,
            trial_seconds=settings.limits.trial,
            clock=process.clock,
            rng=process.rng,
            on_call=on_call,
            show=show,
        )

"""Ask a bot one prompt."""

from __future__ import annotations

from collections.abc import Callable

from coze_harness.execution.conversation_runner import keep_result
from coze_harness.execution.single_chat import send_single_prompt
from coze_harness.messages import message
from coze_harness.model import ChatOptions, HttpCall, Reply, TrialResult
from coze_harness.model.errors import UsageError
from coze_harness.project.live_access import called_targets, live_conversations, open_live_runner
from coze_harness.project.opened_project import Project
from coze_harness.project.selected_trials import select_trials
from coze_harness.project.service_access import open_service_transports
from coze_harness.project.trial_selection import TrialSelection
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
    trials = select_trials(project, selection)
    with open_live_runner(project, called_targets(trials), listener.on_warning) as runner:
        ((result,),) = runner.results(trials, keep_result)
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
    settings = project.settings
    target = find_bot(bot, settings.bots, settings.default_bot)
    if "prompt" not in target.capabilities.scenario_keys:
        raise UsageError(
            message("ask.no_prompt", target=target.name, kind=target.kind.value),
            next_step=message("ask.no_prompt.next"),
        )
    options = ChatOptions(
        user_id=settings.user_id, conversation_id=conversation_id, stream=show is not None
    )
    redactor = project.make_redactor()
    with open_service_transports(project, redactor, [target], workers=1) as transports:
        return send_single_prompt(
            prompt,
            target,
            options,
            conversations=live_conversations(project),
            transport=transports.for_target(target),
            redactor=redactor,
            on_call=on_call,
            show=show,
        )

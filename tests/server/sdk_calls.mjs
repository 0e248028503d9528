// Calls a server with the official JavaScript client and prints one line of JSON for each call.
// Arguments: base URL, bot id, workflow id, a file to upload.
import { createReadStream } from "node:fs";

import { CozeAPI } from "@coze/api";

const [baseURL, botId, workflowId, file] = process.argv.slice(2);
const token = "pat_" + "a1".repeat(32);
const client = new CozeAPI({ baseURL, token, allowPersonalAccessTokenInBrowser: true });

const ask = (content) => [{ role: "user", content, content_type: "text" }];

async function tell(call, work) {
  let result;
  try {
    result = { call, works: true, value: (await work()) ?? null };
  } catch (error) {
    result = { call, works: false, code: error.code ?? null, text: String(error.message ?? error) };
  }
  console.log(JSON.stringify(result));
  return result.value;
}

async function collect(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}

const answers = (events) =>
  events
    .filter((one) => one.event === "conversation.message.completed" && one.data.type === "answer")
    .map((one) => one.data.content);

const prompt = (content, more = {}) => ({
  bot_id: botId,
  user_id: "u",
  additional_messages: ask(content),
  ...more,
});

async function untilOver(chat) {
  let now = chat;
  while (now.status === "in_progress" || now.status === "created") {
    await new Promise((done) => setTimeout(done, 20));
    now = await client.chat.retrieve(chat.conversation_id, chat.id);
  }
  return now;
}

await tell("chat.createAndPoll", async () => {
  const poll = await client.chat.createAndPoll(prompt("Who are you?"));
  return poll.messages.filter((one) => one.type === "answer").map((one) => one.content);
});
const chat = await tell("chat.create", () => client.chat.create(prompt("请用一句话介绍杭州。")));
await tell("chat.retrieve", async () => (await untilOver(chat)).status);
await tell("chat.messages.list", async () => {
  const listed = await client.chat.messages.list(chat.conversation_id, chat.id);
  return listed.map((one) => one.type);
});
await tell("chat.stream", async () => answers(await collect(client.chat.stream(prompt("Who are you?")))));
await tell("chat.cancel", async () => {
  const begun = await client.chat.create(prompt("你是谁？"));
  return (await client.chat.cancel(begun.conversation_id, begun.id)).status;
});
await tell("chat.submitToolOutputs", async () => {
  const over = await untilOver(await client.chat.create(prompt("打开厨房的灯。")));
  const calls = over.required_action.submit_tool_outputs.tool_calls;
  return answers(
    await collect(
      client.chat.submitToolOutputs({
        conversation_id: over.conversation_id,
        chat_id: over.id,
        tool_outputs: calls.map((one) => ({ tool_call_id: one.id, output: "已打开" })),
        stream: true,
      }),
    ),
  );
});
const conversation = await tell("conversations.create", () =>
  client.conversations.create({ bot_id: botId, meta_data: { a: "b" }, messages: ask("你好") }),
);
await tell("conversations.retrieve", async () => {
  return (await client.conversations.retrieve(conversation.id)).meta_data;
});
await tell("conversations.list", async () => {
  const page = await client.conversations.list({ bot_id: botId });
  return page.conversations.some((one) => one.id === conversation.id);
});
await tell("bots.retrieve", async () => (await client.bots.retrieve({ bot_id: botId })).name);
await tell("bots.retrieveNew", async () => (await client.bots.retrieveNew(botId)).name);
await tell("files.upload", async () => {
  return (await client.files.upload({ file: createReadStream(file) })).bytes;
});
await tell("workflows.runs.create", async () => {
  const run = await client.workflows.runs.create({
    workflow_id: workflowId,
    bot_id: botId,
    parameters: { name: "小林" },
  });
  return run.data;
});
await tell("workflows.chat.stream", async () => {
  const stream = client.workflows.chat.stream({
    workflow_id: workflowId,
    bot_id: botId,
    additional_messages: ask("喂"),
    parameters: {},
  });
  return answers(await collect(stream));
});
await tell("refusal", () => client.chat.create({ ...prompt("x"), bot_id: "7550000000000000000" }));
await tell("streamed refusal", () =>
  collect(client.chat.stream({ ...prompt("x"), bot_id: "7550000000000000000" })),
);
await tell("conversations.clear", () => client.conversations.clear(conversation.id));
await tell("conversations.messages.list", () => client.conversations.messages.list(conversation.id));
await tell("bots.listNew", () => client.bots.listNew({ workspace_id: "1" }));
await tell("files.retrieve", () => client.files.retrieve("1"));

// Calls a server with the official Go client and prints one line of JSON for each call.
// Arguments: base URL, bot id.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/coze-dev/coze-go"
)

func tell(call string, work func() (any, error)) {
	result := map[string]any{"call": call, "works": true}
	value, err := work()
	if err != nil {
		result["works"], result["text"] = false, err.Error()
	} else {
		result["value"] = value
	}
	line, _ := json.Marshal(result)
	fmt.Println(string(line))
}

func main() {
	ctx, base, bot := context.Background(), os.Args[1], os.Args[2]
	auth := coze.NewTokenAuth("pat_" + strings.Repeat("a1", 32))
	client := coze.NewCozeAPI(auth, coze.WithBaseURL(base))
	request := func(text string) *coze.CreateChatsReq {
		return &coze.CreateChatsReq{
			BotID:    bot,
			UserID:   "u",
			Messages: []*coze.Message{coze.BuildUserQuestionText(text, nil)},
		}
	}
	tell("chat.CreateAndPoll", func() (any, error) {
		seconds := 10
		poll, err := client.Chat.CreateAndPoll(ctx, request("Who are you?"), &seconds)
		if err != nil {
			return nil, err
		}
		texts := []string{}
		for _, message := range poll.Messages {
			if message.Type == coze.MessageTypeAnswer {
				texts = append(texts, message.Content)
			}
		}
		return texts, nil
	})
	tell("chat.Stream", func() (any, error) {
		stream, err := client.Chat.Stream(ctx, request("Who are you?"))
		if err != nil {
			return nil, err
		}
		defer stream.Close()
		texts := []string{}
		for {
			event, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				return texts, nil
			}
			if err != nil {
				return nil, err
			}
			completed := event.Event == coze.ChatEventConversationMessageCompleted
			if completed && event.Message.Type == coze.MessageTypeAnswer {
				texts = append(texts, event.Message.Content)
			}
		}
	})
	tell("refusal", func() (any, error) {
		wrong := request("x")
		wrong.BotID = "7550000000000000000"
		return client.Chat.Create(ctx, wrong)
	})
}

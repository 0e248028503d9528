"""Record a conversation with a Coze bot once; replay it for ever, offline; see what changed."""

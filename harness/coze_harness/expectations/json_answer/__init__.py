"""The kind `json`: finding JSON in an answer, JMESPath and JSON Schema."""

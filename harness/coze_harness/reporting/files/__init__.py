"""Reports as Markdown, JUnit XML, JSON and annotations of GitHub."""

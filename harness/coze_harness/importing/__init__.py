"""Import of other tools' tests: promptfoo configurations, tables and logs, as scenarios.

Reading converts each source into `ImportedScenario`s, and into an `ImportFinding` for everything
that could not be converted; `write_scenarios` makes files of them.
"""

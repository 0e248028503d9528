"""Mutates recorded answers, and finds the mutants that the expectations do not kill.

`OPERATORS` lists the mutation operators, `evaluate_mutants` applies them to the answer of one turn,
and `mutation_scores` adds the results up. Mutants depend on the answer and the seed only; except
for `mutation_runner`, this room has no clock, files or network.
"""

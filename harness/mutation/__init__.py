"""Recorded answers, spoilt on purpose: which spoilings do the expectations miss?"""

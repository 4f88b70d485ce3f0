#!/usr/bin/env python3
"""How fast is Presidio's analyzer? The forty rules as pattern recognisers, a blank tokenizer in place of a model.

usage: bench.py RULES.json LOG [MEGABYTES]     (the first MEGABYTES of the log only, 1 if not said: it is slow)

A rule with keywords starts below the threshold and passes it through Presidio's own context boost, which is its nearest
thing to a keyword rule. Prints one line of JSON, as the other rivals do.
"""
import json
import sys
import time

import spacy
from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

THRESHOLD = 0.35


class BlankEngine(NlpEngine):
    """Tokens and nothing else."""

    def __init__(self):
        self.nlp = None

    def load(self):
        self.nlp = spacy.blank("en")

    def is_loaded(self):
        return self.nlp is not None

    def process_text(self, text, language):
        doc = self.nlp(text)
        return NlpArtifacts(entities=[], tokens=doc, tokens_indices=[t.idx for t in doc],
                            lemmas=[t.text for t in doc], nlp_engine=self, language=language)

    def process_batch(self, texts, language, batch_size=1, n_process=1, **kwargs):
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word, language):
        return self.nlp.vocab[word].is_stop

    def is_punct(self, word, language):
        return self.nlp.vocab[word].is_punct

    def get_supported_entities(self):
        return []

    def get_supported_languages(self):
        return ["en"]


class Luhn(PatternRecognizer):
    """A pattern whose digits must pass the check of ISO/IEC 7812-1."""

    def validate_result(self, pattern_text):
        digits = [int(c) for c in reversed(pattern_text) if c.isdigit()]
        odd, even = sum(digits[::2]), sum(sum(divmod(2 * d, 10)) for d in digits[1::2])
        return (odd + even) % 10 == 0


def recogniser(rule):
    kind = Luhn if rule["check"] == "luhn" else PatternRecognizer
    score = 0.1 if rule["keywords"] else 0.6
    return kind(supported_entity=rule["name"], context=rule["keywords"] or None,
                patterns=[Pattern(rule["name"], rule["pattern"], score)])


def main():
    rules_path, log_path = sys.argv[1:3]
    limit = int(float(sys.argv[3] if len(sys.argv) > 3 else 1) * 1e6)
    rules = json.load(open(rules_path, encoding="utf-8"))
    text = open(log_path, "rb").read(limit).decode("utf-8", "ignore")
    lines = text.splitlines()
    nlp = BlankEngine()
    nlp.load()
    registry = RecognizerRegistry(recognizers=[recogniser(r) for r in rules])
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=nlp, supported_languages=["en"])
    analyzer.analyze(lines[0], "en", score_threshold=THRESHOLD)
    start = time.process_time()
    findings = sum(len(analyzer.analyze(line, "en", score_threshold=THRESHOLD)) for line in lines if line)
    cpu = time.process_time() - start
    mb = len(text.encode()) / 1e6
    print(json.dumps({"program": "presidio-analyzer", "rules": len(rules), "mb": mb, "cpu_s": cpu,
                      "mb_per_cpu_s": mb / max(cpu, 0.01), "findings": findings}))


if __name__ == "__main__":
    main()

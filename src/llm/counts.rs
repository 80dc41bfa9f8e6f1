//! Token counts, wherever a server puts them and however it writes them.

use serde_json::Value;

use crate::domain::Usage;

/// The most tokens that are believed of one call. No model reads or writes as many; a larger count
/// is a server's mistake and treated as none.
pub(super) const MOST: i64 = 100_000_000;

const INPUT: [&str; 4] = ["prompt_tokens", "input_tokens", "prompt_eval_count", "promptTokenCount"];
const OUTPUT: [&str; 4] = ["completion_tokens", "output_tokens", "eval_count", "candidatesTokenCount"];
/// Where a count may be part of: the message itself, or one of these in it.
const PLACES: [&str; 7] = [
    "/usage",
    "/message/usage",
    "/x_groq/usage",
    "/choices/0/usage",
    "/response/usage",
    "/usageMetadata",
    "/usage_metadata",
];

/// The counts of an answer as they arrive; later ones replace earlier ones, they are running totals.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    input: Option<i64>,
    output: Option<i64>,
    cached: Option<i64>,
    cache_write: Option<i64>,
    /// All of it, where a server adds it up.
    total: Option<i64>,
    /// What is read from a cache is counted beside the input, not in it.
    beside: bool,
    /// A count was beyond belief: then none of them is believed.
    absurd: bool,
}

impl Counts {
    /// Takes in what `message` tells.
    pub(super) fn take(&mut self, message: &Value) {
        let mut told = false;
        for place in PLACES {
            // A list of counts is the counts so far, one after another.
            let Some(found) = message.pointer(place) else { continue };
            let list = found.as_array().map_or(std::slice::from_ref(found), Vec::as_slice);
            for usage in list.iter().filter(|usage| usage.is_object()) {
                told |= self.merge(usage);
            }
        }
        if !told {
            self.merge(message);
        }
        if self.input.is_none()
            && let Some(timings) = message.get("timings").filter(|timings| timings.is_object())
        {
            self.timings(timings);
        }
    }

    fn merge(&mut self, usage: &Value) -> bool {
        let (input, output) = (self.first(usage, &INPUT), self.first(usage, &OUTPUT));
        let thoughts = self.first(usage, &["thoughtsTokenCount"]);
        let read = self.first(usage, &["cache_read_input_tokens"]);
        let cached = read
            .or_else(|| {
                self.first(usage, &["prompt_cache_hit_tokens", "cached_tokens", "cachedContentTokenCount"])
            })
            .or_else(|| {
                self.inner(usage, &["prompt_tokens_details", "input_tokens_details"], "cached_tokens")
            });
        let write = self.first(usage, &["cache_creation_input_tokens"]);
        self.beside |= read.is_some() || write.is_some();
        // What was counted is not taken back by a nought.
        let later = |new: Option<i64>, before: Option<i64>| new.filter(|n| *n > 0).or(before).or(new);
        self.input = later(input, self.input);
        let output = output.map(|output| output.saturating_add(thoughts.unwrap_or(0)));
        self.output = later(output, self.output);
        self.cached = later(cached, self.cached);
        self.cache_write = later(write, self.cache_write);
        self.total = later(self.first(usage, &["total_tokens", "totalTokenCount"]), self.total);
        input.is_some() || output.is_some()
    }

    /// llama.cpp's own: what it read anew, what it had, what it wrote.
    fn timings(&mut self, timings: &Value) {
        let (new, cached) = (self.first(timings, &["prompt_n"]), self.first(timings, &["cache_n"]));
        self.input = new.map(|new| new.saturating_add(cached.unwrap_or(0)));
        self.output = self.first(timings, &["predicted_n"]).or(self.output);
        self.cached = cached.or(self.cached);
    }

    fn first(&mut self, object: &Value, keys: &[&str]) -> Option<i64> {
        keys.iter().find_map(|key| self.count(object.get(key)))
    }

    fn inner(&mut self, object: &Value, parents: &[&str], key: &str) -> Option<i64> {
        parents.iter().find_map(|parent| self.count(object.get(parent).and_then(|inner| inner.get(key))))
    }

    /// A count: a whole number, or one written as a fraction or as text. A negative one is none.
    fn count(&mut self, value: Option<&Value>) -> Option<i64> {
        let number = match value? {
            Value::Number(number) => number.as_f64()?,
            Value::String(text) => text.trim().parse().ok()?,
            _ => return None,
        };
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // bounded in the same breath
        if (0.0..=MOST as f64).contains(&number) {
            Some(number.ceil() as i64)
        } else {
            self.absurd |= number > 0.0;
            None
        }
    }

    /// All of it; `None` where the server counted nothing, or nothing that can be believed.
    pub(super) fn usage(&self) -> Option<Usage> {
        if self.absurd {
            return None;
        }
        let (cached, cache_write) = (self.cached.unwrap_or(0), self.cache_write.unwrap_or(0));
        let input = self.input?;
        let input = if self.beside { input + cached + cache_write } else { input };
        // Some count the reasoning in the sum alone, and some the sum and what was read.
        let beyond = self.total.map(|total| total - input).filter(|beyond| *beyond > 0 && !self.beside);
        let output = self.output.max(beyond)?;
        let usage = Usage { input, output, cached: cached.min(input), cache_write };
        (usage.total() > 0).then_some(usage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(messages: &[Value]) -> Option<[i64; 4]> {
        let mut counts = Counts::default();
        for message in messages {
            counts.take(message);
        }
        counts.usage().map(|usage| [usage.input, usage.output, usage.cached, usage.cache_write])
    }

    #[test]
    fn counts_are_found_where_servers_put_them() {
        for (messages, found) in [
            (vec![json!({"usage": {"prompt_tokens": 9, "completion_tokens": 2}})], Some([9, 2, 0, 0])),
            (vec![json!({"usage": {"prompt_tokens": 9.0, "completion_tokens": "2"}})], Some([9, 2, 0, 0])),
            (
                vec![
                    json!({"usage": null, "x_groq": {"usage": {"prompt_tokens": 9, "completion_tokens": 2}}}),
                ],
                Some([9, 2, 0, 0]),
            ),
            (
                vec![json!({"choices": [{"usage": {"prompt_tokens": 9, "completion_tokens": 2}}]})],
                Some([9, 2, 0, 0]),
            ),
            (vec![json!({"prompt_tokens": 9, "completion_tokens": 2})], Some([9, 2, 0, 0])),
            (vec![json!({"prompt_eval_count": 9, "eval_count": 2, "done": true})], Some([9, 2, 0, 0])),
            (vec![json!({"timings": {"prompt_n": 4, "cache_n": 5, "predicted_n": 2}})], Some([9, 2, 5, 0])),
            (
                vec![
                    json!({"usage": {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 5}},
                "timings": {"prompt_n": 4, "predicted_n": 2}}),
                ],
                Some([9, 2, 5, 0]),
            ),
            (
                vec![
                    json!({"usage": {"input_tokens": 9, "output_tokens": 2, "input_tokens_details": {"cached_tokens": 3}}}),
                ],
                Some([9, 2, 3, 0]),
            ),
            (
                vec![
                    json!({"usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 2, "thoughtsTokenCount": 7}}),
                ],
                Some([9, 9, 0, 0]),
            ),
            (
                vec![
                    json!({"message": {"usage": {"input_tokens": 4, "cache_read_input_tokens": 3, "cache_creation_input_tokens": 2, "output_tokens": 1}}}),
                    json!({"usage": {"output_tokens": 6}}),
                ],
                Some([9, 6, 3, 2]),
            ),
            (
                vec![
                    json!({"usage": {"prompt_tokens": 9, "completion_tokens": 1}}),
                    json!({"usage": {"prompt_tokens": 9, "completion_tokens": 2}}),
                ],
                Some([9, 2, 0, 0]),
            ),
            (
                vec![
                    json!({"usage": {"prompt_tokens": 9, "completion_tokens": 2, "prompt_cache_hit_tokens": 50}}),
                ],
                Some([9, 2, 9, 0]),
            ),
            (vec![json!({"usage": {"prompt_tokens": 0, "completion_tokens": 0}})], None),
            (vec![json!({"usage": {"prompt_tokens": 9}})], None),
            // Reasoning that stands in the sum alone, and a sum instead of what was written.
            (
                vec![json!({"usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 18,
                "completion_tokens_details": {"reasoning_tokens": 7}}})],
                Some([9, 9, 0, 0]),
            ),
            (vec![json!({"usage": {"prompt_tokens": 9, "total_tokens": 11}})], Some([9, 2, 0, 0])),
            (
                vec![json!({"usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 5}})],
                Some([9, 2, 0, 0]),
            ),
            (vec![json!({"usage": {"total_tokens": 11}})], None),
            // What is no count says nothing against the others.
            (
                vec![
                    json!({"usage": {"prompt_tokens": -1, "completion_tokens": -1}}),
                    json!({"usage": {"prompt_tokens": 9, "completion_tokens": 2}}),
                    json!({"usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}}),
                ],
                Some([9, 2, 0, 0]),
            ),
            (
                vec![
                    json!({"usage": {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": -3}}}),
                ],
                Some([9, 2, 0, 0]),
            ),
            (vec![json!({"usage": [{"prompt_tokens": 9, "completion_tokens": 2}]})], Some([9, 2, 0, 0])),
            (vec![json!({"usage": {}}), json!({"usage": []}), json!("usage"), json!({})], None),
        ] {
            assert_eq!(read(&messages), found, "{messages:?}");
        }
    }

    #[test]
    fn counts_beyond_belief_are_none() {
        for absurd in [
            json!(6_000_000_000_000_000_000_i64),
            json!(i64::MAX),
            json!(u64::MAX),
            json!(1e300),
            json!("9e99"),
        ] {
            assert_eq!(read(&[json!({"usage": {"prompt_tokens": absurd, "completion_tokens": 2}})]), None);
            assert_eq!(read(&[json!({"prompt_eval_count": 2, "eval_count": absurd})]), None);
            assert_eq!(
                read(&[
                    json!({"usage": {"input_tokens": 1, "output_tokens": 1, "cache_read_input_tokens": absurd}})
                ]),
                None
            );
        }
        assert_eq!(
            read(&[json!({"usage": {"prompt_tokens": MOST, "completion_tokens": 1}})]),
            Some([MOST, 1, 0, 0])
        );
    }

    proptest! {
        #[test]
        fn no_number_panics_or_overflows(a in any::<f64>(), b in any::<i64>(), c in any::<u64>()) {
            if let Some(all) = read(&[json!({"usage": {"input_tokens": a, "output_tokens": b, "cache_read_input_tokens": c}})]) {
                prop_assert!(all.iter().all(|count| (0..=3 * MOST).contains(count)));
            }
        }
    }
}

//! `examples/botarium.yaml`: every key with its default, made from the table.

use std::fmt::Write as _;

use super::kind::{Key, Kind};
use super::table::{BUILT_IN, KEYS, NATS_KEYS, PROVIDER_KEYS, built_in_kind, is_at_home, provider_default};

const HEAD: &str = "\
# Every key of botarium.yaml with its default. Copy what you want to change; leave out the rest.
# Precedence: defaults, then this file, then the environment, then flags. In the environment
# budget.daily_tokens is BOTARIUM_BUDGET__DAILY_TOKENS. A key without a value is unset.
# `botarium config` shows what is in force and where each value came from.
";

const OWN_PROVIDER: &str = "
  # A server of your own, under any name. It needs kind, base_url and model:
  # desk:
  #   kind: openai
  #   base_url: http://127.0.0.1:8001/v1
  #   model: qwen3-8b
  # Workers on other machines, behind a NATS server (see the README, \"More than one machine\"):
  # cellar:
  #   kind: nats
  #   base_url: nats://127.0.0.1:4222   # tls:// with TLS
  #   pool: main                        # the pool whose workers are asked
  #   model: any                        # any leaves the choice to the worker
  #   user: room                        # its password, or a token without user:
  #   api_key_env: NATS_PASSWORD        # or api_key_file
  #   ca_file:                          # a certificate authority to trust besides the system's
  #   price: {input: 0, output: 0}      # the room cannot know what the workers' models cost
";

/// The text of the example file.
#[must_use]
pub fn example() -> String {
    let mut out = HEAD.to_owned();
    let mut group = "";
    for key in KEYS {
        let (parent, name) = key.name.split_once('.').unwrap_or(("", key.name));
        if parent != group {
            let _ = write!(out, "\n{parent}:\n");
            group = parent;
        } else if parent.is_empty() {
            out.push('\n');
        }
        line(&mut out, if parent.is_empty() { "" } else { "  " }, name, key, key.default, true);
        if key.name == "provider" {
            providers(&mut out);
        }
    }
    out
}

fn providers(out: &mut String) {
    out.push_str("\n# How each provider is reached. Keys never stand here: see api_key_env and api_key_file.\nproviders:\n");
    for (at, name) in BUILT_IN.into_iter().filter(|name| *name != "scripted").enumerate() {
        let _ = writeln!(out, "  {name}:");
        let mut in_price = false;
        for key in PROVIDER_KEYS.iter().filter(|key| !NATS_KEYS.contains(&key.name)) {
            let default = provider_default(name, built_in_kind(name), is_at_home(name), key);
            match key.name.strip_prefix("price.") {
                Some(part) => {
                    if !in_price {
                        out.push_str("    price:\n");
                        in_price = true;
                    }
                    line(out, "      ", part, key, default, at == 0);
                }
                None => line(out, "    ", key.name, key, default, at == 0),
            }
        }
    }
    out.push_str(OWN_PROVIDER);
}

fn line<T>(out: &mut String, indent: &str, name: &str, key: &Key<T>, default: &str, documented: bool) {
    if documented {
        let mut width = usize::MAX;
        for word in key.doc.split(' ') {
            if width.saturating_add(word.len() + 1) > 98 {
                let _ = write!(out, "{}{indent}# {word}", if width == usize::MAX { "" } else { "\n" });
                width = indent.len() + 2 + word.len();
            } else {
                let _ = write!(out, " {word}");
                width += word.len() + 1;
            }
        }
        out.push('\n');
    }
    let value = match (&key.kind, default) {
        (Kind::List(_), "") => " []".to_owned(),
        (Kind::Bindings(_) | Kind::Group(_), "") => " {}".to_owned(),
        (Kind::Text(_), "") => " \"\"".to_owned(),
        (_, "") => String::new(),
        (_, default) => format!(" {default}"),
    };
    let _ = writeln!(out, "{indent}{name}:{value}");
}

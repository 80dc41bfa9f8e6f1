//! The database: readable, sound, and every cached number right. And how well models were read.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::Findings;
use crate::config::Config;
use crate::domain::Rung;
use crate::domain::caching;
use crate::engine::Handle;
use crate::port;
use crate::protocol::{ExtractionCount, LadderCount, Lineage};
use crate::store::copies::{self, Copied};
use crate::store::measures::{self, Used};
use crate::store::{EngineLock, Store, StoreError, check, providers, wal};

/// A model whose answers fail more often than this is worth a look.
const FAILED_TOO_OFTEN: f64 = 0.1;

pub(super) async fn look(config: &Config, opened: anyhow::Result<Handle>, findings: &mut Findings) {
    let path = config.home.database();
    if let Some(holder) = EngineLock::holder(&path) {
        let port = holder.listen.map_or_else(|| "no port".into(), |address| format!("port {address}"));
        findings.fine("engine", format!("process {} runs this society, with {port}", holder.pid));
    }
    let is_guarded = matches!(&opened, Ok(handle) if handle.has_tokens());
    if !is_guarded && port::is_open_to_a_proxy(&config.port.allowed_hosts) {
        findings.warning("port", port::OPEN_TO_A_PROXY, "");
    }
    let handle = match opened {
        Ok(handle) => handle,
        Err(error) if is_missing(&error) => {
            return findings.fine("database", "there is no society yet; the first start makes one");
        }
        Err(error) => return findings.error("database", format!("{error:#}"), ""),
    };
    log_of_changes(&path, findings);
    if let Ok(room) = handle.room().await {
        where_from(&room.lineage, findings);
    }
    let now = handle.clock().now();
    let looked = tokio::task::spawn_blocking(move || {
        let store = Store::open_read_only(&path)?;
        store.read_blocking(|c| {
            let models = (providers::ladder(c)?, providers::extractions(c)?, measures::used(c)?);
            Ok((check::check(c, now)?, models, copies::look(c, &path)?))
        })
    });
    match looked.await {
        Ok(Ok((found, (ladder, extractions, used), copied))) => {
            findings.0.extend(found.into_iter().map(|finding| ("database", finding)));
            copied_elsewhere(copied, findings);
            read_how_well(&ladder, findings);
            remember_how_well(&extractions, findings);
            from_the_cache(&used, findings);
        }
        Ok(Err(error)) => findings.error("database", error.to_string(), ""),
        Err(error) => findings.error("database", format!("the check ended early: {error}"), ""),
    }
}

/// A copy this much older than the last change is worth a look.
const LATE: Duration = Duration::from_secs(15);

/// How far behind a copy that Litestream keeps is.
fn copied_elsewhere(copied: Option<Copied>, findings: &mut Findings) {
    let (bytes, time) = match copied {
        None => return,
        Some(Copied::NoMore) => {
            let what = "this database comes from a copy that Litestream made; nothing copies it from here";
            return findings.fine("copy", what);
        }
        Some(Copied::Behind { bytes, time }) => (bytes, time),
    };
    let seconds = time.as_secs();
    match bytes {
        Some(0) => findings.fine("copy", "Litestream has taken up every change"),
        Some(bytes) if time < LATE => findings.fine(
            "copy",
            format!("Litestream is {} KiB of changes behind ({seconds} s)", bytes.div_ceil(1024)),
        ),
        None if time < LATE => {
            findings.fine("copy", format!("Litestream is {seconds} s behind the last change"))
        }
        _ => {
            let much =
                bytes.map(|bytes| format!(", {} KiB of changes", bytes.div_ceil(1024))).unwrap_or_default();
            findings.warning(
                "copy",
                format!(
                    "Litestream is {seconds} s behind the last change{much}: what came later is in no copy"
                ),
                "is `litestream replicate` running? `litestream status` tells what hinders it",
            );
        }
    }
}

/// Which moments of other societies it parted at, the newest first.
fn where_from(lineage: &[Lineage], findings: &mut Findings) {
    for (nth, parent) in lineage.iter().enumerate() {
        let from = if nth == 0 { "it parted from another society" } else { "and that one from another" };
        let short: String = parent.society.chars().take(8).collect();
        findings.fine(
            "lineage",
            format!("{from} ({short}) after activity {}, at {}", parent.activity, parent.at),
        );
    }
}

/// How long the log of changes is, and who keeps it long.
fn log_of_changes(database: &Path, findings: &mut Findings) {
    let length = wal::length(database);
    let readers: Vec<String> = wal::readers_of(database)
        .iter()
        .filter(|reader| reader.pid != std::process::id())
        .map(ToString::to_string)
        .collect();
    if length < wal::REMARKABLE {
        return findings.fine("database", "the log of changes is short");
    }
    let who = wal::named(&readers);
    findings.warning("database", wal::told(length, &who), wal::way_out(&who));
}

fn is_missing(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<StoreError>(), Some(StoreError::Missing(_)))
}

/// How answers about memories were read, per model.
fn remember_how_well(extractions: &[ExtractionCount], findings: &mut Findings) {
    for count in extractions {
        let all = count.read + count.failed;
        let what = format!(
            "{} {}: {} of {all} answers about memories could be read",
            count.provider, count.model, count.read
        );
        match count.rests_until {
            Some(until) => findings.warning(
                "models",
                format!("{what}; it is not asked for them before {until}"),
                "memories are noted by rule meanwhile: set memory.model to a model that can do it",
            ),
            None => findings.fine("models", what),
        }
    }
}

/// How answers were read, per model.
fn read_how_well(ladder: &[LadderCount], findings: &mut Findings) {
    let mut models: BTreeMap<(&str, &str), BTreeMap<&str, i64>> = BTreeMap::new();
    for count in ladder {
        let model = models.entry((&count.provider, &count.model)).or_default();
        *model.entry(&count.rung).or_default() += count.count;
    }
    for ((provider, model), rungs) in models {
        let all: i64 = rungs.values().sum();
        let failed = rungs.get(Rung::Failed.as_str()).copied().unwrap_or(0);
        #[allow(clippy::cast_precision_loss)] // a share, shown in whole percent
        let share = if all > 0 { failed as f64 / all as f64 } else { 0.0 };
        let detail: Vec<_> = rungs.iter().map(|(rung, count)| format!("{rung} {count}")).collect();
        let what = format!(
            "{provider} {model}: {:.0} % of {all} answers could be read ({})",
            (1.0 - share) * 100.0,
            detail.join(", ")
        );
        if share > FAILED_TOO_OFTEN {
            findings.warning("models", what, "try a larger model, or a server that enforces a JSON schema");
        } else {
            findings.fine("models", what);
        }
    }
}

/// How much of what each model read came from its provider's cache; the embedded one reads nothing.
fn from_the_cache(used: &[Used], findings: &mut Findings) {
    for count in used.iter().filter(|count| count.bound_tokens > 0 && count.input > 0) {
        let share = caching::share(count.input, count.cached) * 100.0;
        let (provider, model) = (&count.provider, &count.model);
        findings
            .fine("models", format!("{provider} {model}: {share:.0} % of what it read came from a cache"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::check::Level;

    #[test]
    fn a_late_copy_is_worth_a_look() {
        let said = |copied| {
            let mut findings = Findings::default();
            copied_elsewhere(copied, &mut findings);
            findings.0.pop().map(|(_, finding)| (finding.level, finding.what))
        };
        assert!(said(None).is_none());
        let behind = |bytes, seconds| {
            said(Some(Copied::Behind { bytes, time: Duration::from_secs(seconds) })).unwrap()
        };
        assert_eq!(behind(Some(0), 900).0, Level::Fine);
        assert_eq!(
            behind(Some(9_000), 1),
            (Level::Fine, "Litestream is 9 KiB of changes behind (1 s)".into())
        );
        let (level, what) = behind(Some(9_000), 90);
        assert!(level == Level::Warning && what.contains("90 s behind") && what.contains("9 KiB"), "{what}");
        assert_eq!(behind(None, 90).0, Level::Warning);
        assert_eq!(said(Some(Copied::NoMore)).unwrap().0, Level::Fine);
    }

    #[test]
    fn a_model_that_often_fails_is_named() {
        let count = |rung: &str, count| LadderCount {
            provider: "openai".into(),
            model: "tiny".into(),
            rung: rung.into(),
            count,
        };
        let mut findings = Findings::default();
        read_how_well(&[count("schema", 8), count("failed", 2)], &mut findings);
        let (area, finding) = &findings.0[0];
        assert_eq!((*area, finding.level), ("models", Level::Warning));
        assert_eq!(finding.what, "openai tiny: 80 % of 10 answers could be read (failed 2, schema 8)");
    }
}

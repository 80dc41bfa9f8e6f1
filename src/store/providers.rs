//! How answers of each model were read.

use super::columns::columns;
use super::measures::{self, Used};
use super::{Db, Result, meta};
use crate::domain::{Rung, Stamp};
use crate::protocol::{CacheCount, ExtractionCount, LadderCount};
use rusqlite::{OptionalExtension, params};

columns! {
    LADDER, ladder_row -> LadderCount {
        provider,
        model,
        rung,
        count,
    }
}

/// The ladder's counts by provider, model and rung.
///
/// # Errors
/// Database errors.
pub fn ladder(c: &Db) -> Result<Vec<LadderCount>> {
    let mut statement =
        c.prepare_cached(&format!("SELECT {LADDER} FROM ladder ORDER BY provider, model, rung"))?;
    let rows = statement.query_map([], ladder_row)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// The note of the model that was chosen for a provider.
fn model_note(provider: &str) -> String {
    format!("model_of:{provider}")
}

/// The model that was chosen for a provider, as long as the one that is configured is still the one it took the place of.
///
/// # Errors
/// Database errors.
pub fn chosen_model(c: &Db, provider: &str, configured: &str) -> Result<Option<String>> {
    let note = meta::get(c, &model_note(provider))?;
    let read = note.and_then(|note| serde_json::from_str::<(String, String)>(&note).ok());
    Ok(read.filter(|(before, _)| before == configured).map(|(_, chosen)| chosen))
}

/// Chooses a provider's model in place of the configured one; `None` returns to that.
///
/// # Errors
/// Database errors.
pub fn choose_model(c: &Db, provider: &str, configured: &str, chosen: Option<&str>) -> Result<()> {
    match chosen {
        Some(model) => {
            let note = serde_json::json!([configured, model]).to_string();
            meta::set(c, &model_note(provider), &note)
        }
        None => meta::forget(c, &model_note(provider)),
    }
}

/// Counts an answer at a rung of the ladder.
///
/// # Errors
/// Database errors.
pub fn count_rung(c: &Db, provider: &str, model: &str, rung: Rung) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO ladder (provider, model, rung, count) VALUES (?1, ?2, ?3, 1) ON CONFLICT DO UPDATE SET count = count + 1",
    )?
    .execute([provider, model, rung.as_str()])?;
    Ok(())
}

/// What each model read and how much of it came from a cache, in all.
///
/// # Errors
/// Database errors.
pub fn caches(c: &Db) -> Result<Vec<CacheCount>> {
    let used = measures::used(c)?.into_iter();
    Ok(used
        .map(|Used { provider, model, input, cached, .. }| CacheCount { provider, model, input, cached })
        .collect())
}

/// Present bots that name a provider, and the last error of one of them that fails.
///
/// # Errors
/// Database errors.
pub fn failing(c: &Db) -> Result<Vec<(String, String)>> {
    let mut statement = c.prepare_cached(
        "SELECT config ->> '$.model.provider', max(failing) FROM bots \
         WHERE failing IS NOT NULL AND departed_at IS NULL GROUP BY 1",
    )?;
    let rows = statement.query_map([], |row| {
        let (provider, error) = row.try_into()?;
        Ok((super::schedule::named_provider(provider), error))
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

columns! {
    EXTRACTIONS, extraction_row -> ExtractionCount {
        provider,
        model,
        read,
        failed,
        failed_in_a_row = "in_row",
        rests_until,
    }
}

/// How answers about memories were read, by provider and model.
///
/// # Errors
/// Database errors.
pub fn extractions(c: &Db) -> Result<Vec<ExtractionCount>> {
    let mut statement =
        c.prepare_cached(&format!("SELECT {EXTRACTIONS} FROM extractions ORDER BY provider, model"))?;
    let rows = statement.query_map([], extraction_row)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Until when a model is not asked about memories.
///
/// # Errors
/// Database errors.
pub fn rests_until(c: &Db, provider: &str, model: &str) -> Result<Option<Stamp>> {
    Ok(c.prepare_cached("SELECT rests_until FROM extractions WHERE provider = ?1 AND model = ?2")?
        .query_row([provider, model], |row| row.get(0))
        .optional()?
        .flatten())
}

/// Counts an answer about memories; answers how many in a row could not be read by now.
///
/// # Errors
/// Database errors.
pub fn count_extraction(c: &Db, provider: &str, model: &str, read: bool) -> Result<i64> {
    Ok(c.prepare_cached(
        "INSERT INTO extractions (provider, model, read, failed, in_row) VALUES (?1, ?2, ?3, NOT ?3, NOT ?3) \
         ON CONFLICT DO UPDATE SET read = read + ?3, failed = failed + NOT ?3, \
         in_row = CASE WHEN ?3 THEN 0 ELSE in_row + 1 END, rests_until = NULL RETURNING in_row",
    )?
    .query_row(params![provider, model, read], |row| row.get(0))?)
}

/// Lets a model rest from questions about memories.
///
/// # Errors
/// Database errors.
pub fn rest(c: &Db, provider: &str, model: &str, until: Stamp) -> Result<()> {
    c.prepare_cached("UPDATE extractions SET rests_until = ?3 WHERE provider = ?1 AND model = ?2")?
        .execute(params![provider, model, until])?;
    Ok(())
}

/// The note of a context's size. A line break is in no name.
fn context_key(provider: &str, model: &str) -> String {
    format!("context:{provider}\n{model}")
}

/// The sizes of contexts that servers told, in tokens, by provider and model.
///
/// # Errors
/// Database errors.
pub fn contexts(c: &Db) -> Result<Vec<((String, String), u32)>> {
    let mut statement = c.prepare("SELECT substr(key, 9), value FROM meta WHERE key GLOB 'context:*'")?;
    let rows = statement.query_map([], |row| row.try_into())?;
    let mut found = Vec::new();
    for row in rows {
        let (names, size): (String, String) = row?;
        if let (Some((provider, model)), Ok(size)) = (names.split_once('\n'), size.parse()) {
            found.push(((provider.to_owned(), model.to_owned()), size));
        }
    }
    Ok(found)
}

/// Notes the size of a model's context as its server told it.
///
/// # Errors
/// Database errors.
pub fn note_context(c: &Db, provider: &str, model: &str, tokens: u32) -> Result<()> {
    meta::set(c, &context_key(provider, model), &tokens.to_string())
}

/// Forgets what a provider's server told of its contexts.
///
/// # Errors
/// Database errors.
pub fn forget_contexts(c: &Db, provider: &str) -> Result<()> {
    let key = context_key(provider, "");
    c.execute("DELETE FROM meta WHERE substr(key, 1, length(?1)) = ?1", [key])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Durability, Store};

    #[test]
    fn sizes_are_kept_per_model_and_forgotten_per_provider() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        drop(Store::open(&path, Durability::Normal).unwrap());
        let c = Db::open(&path).unwrap();
        for (provider, model, size) in
            [("a", "m", 4_096), ("a", "n:8b", 2_048), ("a:b", "m", 8_192), ("a", "m", 1_024)]
        {
            note_context(&c, provider, model, size).unwrap();
        }
        let mut all = contexts(&c).unwrap();
        all.sort();
        let of = |provider: &str, model: &str, size| ((provider.to_owned(), model.to_owned()), size);
        assert_eq!(all, [of("a", "m", 1_024), of("a", "n:8b", 2_048), of("a:b", "m", 8_192)]);
        forget_contexts(&c, "a").unwrap();
        assert_eq!(contexts(&c).unwrap(), [of("a:b", "m", 8_192)]);
    }
}

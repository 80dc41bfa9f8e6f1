//! Access tokens for the port. Only their SHA-256 is stored; the text is shown once.

use rand::TryRng;
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::columns::columns;
use super::{Db, Result, StoreError};
use crate::domain::{Secret, Stamp};
use crate::protocol::{Fault, TokenView};

/// What token texts begin with, so that they are known when they turn up somewhere.
const PREFIX: &str = "btr_";

/// The stored form of a token's text.
#[must_use]
pub fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

columns! {
    TOKEN, view -> TokenView { id, name, role, created_at, revoked_at }
}

/// Makes a token with 256 random bits from the system; the text is not stored.
///
/// # Errors
/// 400 for a role that is neither `viewer` nor `operator`; when the system has no randomness.
pub fn new(c: &Db, name: &str, role: &str, at: Stamp) -> Result<(TokenView, Secret)> {
    if !matches!(role, "viewer" | "operator") {
        return Err(Fault::bad_value(format!("a token's role is viewer or operator, not {role}")).into());
    }
    let mut bytes = [0u8; 32];
    rand::rngs::SysRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| StoreError::Corrupt(format!("the system gives no random numbers: {error}")))?;
    let text = bytes.iter().fold(PREFIX.to_owned(), |text, byte| format!("{text}{byte:02x}"));
    c.prepare_cached("INSERT INTO tokens (name, role, hash, created_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![name, role, hash(&text), at])?;
    Ok((get(c, c.last_insert_rowid())?, Secret::new(text)))
}

/// One token, revoked or not.
///
/// # Errors
/// 404.
pub fn get(c: &Db, id: i64) -> Result<TokenView> {
    c.prepare_cached(&format!("SELECT {TOKEN} FROM tokens WHERE id = ?1"))?
        .query_row([id], view)
        .optional()?
        .ok_or_else(|| Fault::not_found("token", id).into())
}

/// Every token, revoked ones too, oldest first.
///
/// # Errors
/// Database errors.
pub fn list(c: &Db) -> Result<Vec<TokenView>> {
    let mut statement = c.prepare_cached(&format!("SELECT {TOKEN} FROM tokens ORDER BY id"))?;
    let rows = statement.query_map([], view)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Revokes a token; doing it again changes nothing.
///
/// # Errors
/// 404.
pub fn revoke(c: &Db, id: i64, at: Stamp) -> Result<TokenView> {
    c.prepare_cached("UPDATE tokens SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL")?
        .execute(params![id, at])?;
    get(c, id)
}

/// The token with this text, unless it was revoked.
///
/// Looked up by its hash: how long that takes tells nothing about any token's text.
///
/// # Errors
/// Database errors.
pub fn find(c: &Db, text: &str) -> Result<Option<TokenView>> {
    Ok(c.prepare_cached(&format!("SELECT {TOKEN} FROM tokens WHERE hash = ?1 AND revoked_at IS NULL"))?
        .query_row([hash(text)], view)
        .optional()?)
}

/// Whether a token was ever made, even if it was revoked since.
///
/// # Errors
/// Database errors.
pub fn ever(c: &Db) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM tokens LIMIT 1")?.exists([])?)
}

/// Whether there is any token in force.
///
/// # Errors
/// Database errors.
pub fn any(c: &Db) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM tokens WHERE revoked_at IS NULL LIMIT 1")?.exists([])?)
}

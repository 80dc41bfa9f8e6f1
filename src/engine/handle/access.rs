//! Access tokens and viewers, as the port needs them.

use std::net::SocketAddr;
use std::sync::PoisonError;

use tokio::sync::watch;

use super::Handle;
use crate::domain::{Secret, text};
use crate::protocol::{CreateToken, Fault, Role, TokenView};
use crate::store::tokens;

impl Handle {
    /// The id, role and name of the token with this text, unless it is unknown or was revoked.
    ///
    /// # Errors
    /// Database errors.
    pub async fn authenticate(&self, token: &str) -> Result<Option<(i64, Role, String)>, Fault> {
        let token = Secret::new(token);
        let found = self.read(move |c| tokens::find(c, token.expose())).await?;
        let role = |role: &str| if role == "operator" { Role::Operator } else { Role::Viewer };
        Ok(found.map(|token| (token.id, role(&token.role), token.name)))
    }

    /// Whether a token was ever made, even if it was revoked since: revoking the last one must not
    /// open the door.
    #[must_use]
    pub fn has_tokens(&self) -> bool {
        *self.shared.tokens.borrow()
    }

    /// Whether any token is in force.
    ///
    /// # Errors
    /// Database errors.
    pub async fn has_active_tokens(&self) -> Result<bool, Fault> {
        self.read(tokens::any).await
    }

    /// Every token, revoked ones too, without its text.
    ///
    /// # Errors
    /// Database errors.
    pub async fn tokens(&self) -> Result<Vec<TokenView>, Fault> {
        self.read(tokens::list).await
    }

    /// Makes a token. Its text is shown this once and stored nowhere. The first one ever made closes the port to
    /// everybody without one, so it must be an operator's.
    ///
    /// # Errors
    /// 422 for an empty name; 409 for a viewer's as the first; 503 while the engine is stopped.
    pub async fn new_token(&self, name: &str, role: Role) -> Result<(TokenView, Secret), Fault> {
        let (name, at) = (text::clean_line(name, CreateToken::NAME_MAX), self.clock().now());
        let role = if role == Role::Operator { "operator" } else { "viewer" };
        if name.is_empty() {
            return Err(Fault::invalid_field("name", "must not be empty: say what the token is for"));
        }
        if role == "viewer" && !self.has_tokens() {
            return Err(Fault::conflict(
                "the first token closes the port to everybody without one, so it must be an operator's: make that \
                 one first (`botarium token new NAME --role operator`)",
            ));
        }
        let shared = self.shared.clone();
        let made = self.shared.store.write(move |tx| {
            let made = tokens::new(tx, &name, role, at)?;
            tx.after_commit(move || {
                shared.tokens.send_replace(true);
            });
            Ok(made)
        });
        Ok(made.await?)
    }

    /// Revokes a token at once; doing it again changes nothing.
    ///
    /// # Errors
    /// 404; 503 while the engine is stopped.
    pub async fn revoke_token(&self, id: i64) -> Result<TokenView, Fault> {
        let at = self.clock().now();
        let shared = self.shared.clone();
        let revoked = self.shared.store.write(move |tx| {
            let revoked = tokens::revoke(tx, id, at)?;
            tx.after_commit(move || shared.tokens.send_modify(|_| {})); // still true, and worth another look
            Ok(revoked)
        });
        Ok(revoked.await?)
    }

    /// Tells of every token that is made or revoked from now on. Only the engine that holds the
    /// database changes them, so nothing is missed.
    #[must_use]
    pub fn token_changes(&self) -> watch::Receiver<bool> {
        self.shared.tokens.subscribe()
    }

    /// Whether the token with this id is still in force.
    ///
    /// # Errors
    /// Database errors.
    pub async fn is_token_in_force(&self, id: i64) -> Result<bool, Fault> {
        Ok(self.read(move |c| tokens::get(c, id)).await?.revoked_at.is_none())
    }

    /// Notes how many viewers are connected, for `health`.
    pub fn set_viewers(&self, viewers: i64) {
        self.shared.live_mut().viewers = viewers;
    }

    /// Notes in the engine's lock where the port listens, so that others can be told; `None` when it
    /// has closed.
    ///
    /// # Errors
    /// The lock file cannot be written.
    pub fn note_port(&self, address: Option<SocketAddr>) -> Result<(), Fault> {
        let mut lock = self.shared.lock.lock().unwrap_or_else(PoisonError::into_inner);
        match lock.as_mut() {
            Some(lock) => Ok(lock.set_listen(address.map(|address| address.to_string()))?),
            None => Ok(()),
        }
    }
}

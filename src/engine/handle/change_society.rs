//! Events, interviews, memories: what people do with a society besides posting.

use super::Handle;
use crate::domain::MemoryKind;
use crate::domain::action::TITLE_MAX;
use crate::domain::text::{clean, clean_line};
use crate::engine::calls;
use crate::protocol::{
    Changed, EditMemory, EventView, Fault, FieldError, Forgotten, InjectEvent, Interview, InterviewAnswer,
    Remember,
};
use crate::society::change;

const DESCRIPTION_MAX: usize = InjectEvent::DESCRIPTION_MAX;
const QUESTION_MAX: usize = Interview::QUESTION_MAX;
const MEMORY_MAX: usize = EditMemory::TEXT_MAX;

impl Handle {
    /// Injects an event; bots see it from their next beat on.
    ///
    /// # Errors
    /// 422 with the fields at fault.
    pub async fn inject_event(&self, event: InjectEvent) -> Result<EventView, Fault> {
        let event = checked(event, self.shared.clock.now())?;
        self.wish(change::InjectEvent { event }).await
    }

    /// Ends an event.
    ///
    /// # Errors
    /// 404.
    pub async fn deactivate_event(&self, id: i64) -> Result<EventView, Fault> {
        self.wish(change::EndEvent { id }).await
    }

    /// Asks a bot out of band. The society does not see it; it counts against the caps.
    ///
    /// # Errors
    /// 404, 422 for an empty or over-long question, 429 when a cap is reached, 503 when the provider fails.
    pub async fn interview(&self, bot: &str, interview: Interview) -> Result<InterviewAnswer, Fault> {
        self.is_present()?;
        let question = clean(&interview.question, usize::MAX);
        let length = question.chars().count();
        if question.trim().is_empty() || length > QUESTION_MAX {
            return Err(Fault::invalid_field(
                "question",
                format!("must have 1 to {QUESTION_MAX} characters"),
            ));
        }
        let (shared, bot) = (self.shared.clone(), bot.to_owned());
        self.whole(async move { calls::interview(&shared, &bot, &question, interview.remember).await }).await
    }

    /// Pins, unpins or rewrites a memory.
    ///
    /// # Errors
    /// 404, 409 for one in the archive, 422 for an empty or over-long text.
    pub async fn edit_memory(&self, id: i64, edit: EditMemory) -> Result<Changed, Fault> {
        let text = match edit.text {
            None => None,
            Some(text) => {
                let text = clean(&text, usize::MAX);
                let length = text.chars().count();
                if text.trim().is_empty() || length > MEMORY_MAX {
                    return Err(Fault::invalid_field(
                        "text",
                        format!("must have 1 to {MEMORY_MAX} characters"),
                    ));
                }
                Some(text)
            }
        };
        self.wish(change::EditMemory { id, text, pinned: edit.pinned }).await?;
        Ok(Changed { success: true, id })
    }

    /// Copies the live database to `path`; answers the size of the copy in bytes. A file that is there is
    /// replaced only with `force`.
    ///
    /// # Errors
    /// 409 when there is a file already; database and disk errors.
    pub async fn backup(&self, path: &std::path::Path, force: bool) -> Result<u64, Fault> {
        let (from, to) = (self.shared.store.path().to_path_buf(), path.to_owned());
        self.read(move |_| crate::store::backup::backup(&from, &to, force)).await
    }

    /// Lets a bot forget something, remembered or archived; of a summary or an era also what it stands for.
    ///
    /// # Errors
    /// 404.
    pub async fn forget_memory(&self, id: i64) -> Result<Forgotten, Fault> {
        self.wish(change::ForgetMemory { id }).await?;
        Ok(Forgotten { deleted: true, id })
    }

    /// Has a bot remember something; answers its number.
    ///
    /// # Errors
    /// 404; 409 for a relationship that is there; 422 for an empty or over-long text, or a summary.
    pub async fn remember(&self, bot: &str, memory: Remember) -> Result<Changed, Fault> {
        let text = clean(&memory.text, usize::MAX);
        let length = text.chars().count();
        if text.trim().is_empty() || length > MEMORY_MAX {
            return Err(Fault::invalid_field("text", format!("must have 1 to {MEMORY_MAX} characters")));
        }
        if matches!(memory.kind, MemoryKind::Cold | MemoryKind::Era) {
            return Err(Fault::invalid_field("kind", "a summary stands for memories and cannot be told"));
        }
        if !(0.0..=1.0).contains(&memory.confidence) {
            return Err(Fault::invalid_field("confidence", "must be 0 to 1"));
        }
        let about = clean_line(&memory.about, 200);
        let keyed =
            matches!(memory.kind, MemoryKind::Relationship | MemoryKind::Opinion | MemoryKind::Interest);
        if keyed && about.is_empty() {
            return Err(Fault::invalid_field("about", "must not be empty for this kind"));
        }
        let memory = Remember { text, about, source: clean_line(&memory.source, 200), ..memory };
        let id = self.wish(change::Recollect { bot: bot.to_owned(), memory }).await?;
        Ok(Changed { success: true, id })
    }
}

fn checked(event: InjectEvent, now: crate::domain::Stamp) -> Result<InjectEvent, Fault> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: String| errors.push(FieldError { field: field.into(), message });
    let title = clean_line(&event.title, usize::MAX);
    let title_length = title.chars().count();
    let description = clean(&event.description, usize::MAX);
    if title.is_empty() || title_length > TITLE_MAX {
        wrong("title", format!("must have 1 to {TITLE_MAX} characters"));
    }
    if description.chars().count() > DESCRIPTION_MAX {
        wrong("description", format!("must have at most {DESCRIPTION_MAX} characters"));
    }
    if !InjectEvent::KINDS.contains(&event.event_type.as_str()) {
        wrong("event_type", format!("must be one of {}", InjectEvent::KINDS.join(", ")));
    }
    if !InjectEvent::SEVERITIES.contains(&event.severity.as_str()) {
        wrong("severity", format!("must be one of {}", InjectEvent::SEVERITIES.join(", ")));
    }
    if event.expires_at.is_some_and(|end| end <= now) {
        wrong("expires_at", format!("must lie after the room's time, {now}"));
    }
    if !errors.is_empty() {
        return Err(Fault::invalid(errors));
    }
    Ok(InjectEvent { title, description, ..event })
}

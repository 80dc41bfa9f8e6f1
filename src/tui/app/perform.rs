//! What the loop does outside: reads, changes, walks in the past, the person's editor, stopping and leaving.

use super::{App, news};
use crate::link::Link;
use crate::tui::editor;
use crate::tui::effect;
use crate::tui::msg::{Effect, Msg, PastNews, Walking};
use crate::tui::state::Tone;
use crate::tui::terminal::Screen;
use crate::tui::walk::{self, Walked};

impl App {
    pub(super) async fn perform(&mut self, effects: Vec<Effect>) -> anyhow::Result<()> {
        for effect in effects {
            match effect {
                Effect::Load(load) => {
                    let task = effect::load(&self.link, load.clone(), &self.answer);
                    self.reads.retain(|(_, read)| !read.is_finished());
                    self.reads.push((load, task));
                }
                Effect::Drop(loads) => self.reads.retain(|(load, read)| {
                    let late = loads.contains(load);
                    if late {
                        read.abort();
                    }
                    !late
                }),
                Effect::Walk(Walking::Leave) => drop(self.walked.send(Walked::Left)),
                Effect::Walk(walking) => {
                    let (link, past, walked) = (self.link.clone(), self.past.clone(), self.walked.clone());
                    tokio::spawn(async move {
                        let _ = walked.send(walk::walk(walking, &link, past.as_ref()).await); // it may be closed
                    });
                }
                Effect::Run(command) => effect::run(&self.link, command, &self.answer),
                Effect::Copy(text) => {
                    self.screen.copy(&text)?;
                    self.model.toast(Tone::Good, "copied");
                    (self.dirty, self.ticks_only) = (true, false);
                }
                Effect::Edit(text) => self.to_edit = Some(text),
                Effect::Redraw => {
                    self.screen.clear();
                    (self.dirty, self.ticks_only) = (true, false);
                }
                Effect::Suspend => self.suspend(true).await?,
                Effect::LookAt(room) => {
                    if let Some(look) = self.look.clone() {
                        let answer = self.answer.clone();
                        tokio::spawn(async move { answer.send(Msg::LookedAt(look(room).await)) });
                    }
                }
                Effect::GoTo(room) => (self.goes_to, self.leave) = (Some(room), true),
                Effect::Quit => self.leave = true,
            }
        }
        Ok(())
    }

    #[cfg_attr(not(unix), allow(clippy::unused_async))]
    pub(super) async fn suspend(&mut self, whole_group: bool) -> anyhow::Result<()> {
        #[cfg(unix)]
        {
            self.screen.suspend(whole_group).await?;
            self.model.size = Screen::size()?;
            (self.dirty, self.ticks_only, self.urgent) = (true, false, true);
        }
        #[cfg(not(unix))]
        let _ = whole_group;
        Ok(())
    }

    /// The past shows another moment, or now is shown again.
    pub(super) async fn on_walked(&mut self, walked: Walked) -> anyhow::Result<()> {
        let said = match walked {
            Walked::Opened(past, shown) => {
                self.past = Some(past);
                self.show(shown.link);
                PastNews::Opened { moment: shown.moment, from_live: true, plays: None }
            }
            Walked::Moved(shown) if self.past.is_some() => {
                self.show(shown.link);
                PastNews::Moved(shown.moment)
            }
            Walked::Moved(_) => return Ok(()), // it was left meanwhile
            Walked::Left => {
                self.past = None;
                self.show(self.now.clone());
                PastNews::Left(self.link.role())
            }
            Walked::Forked(home, activity) => PastNews::Forked { home, activity },
            Walked::Compared(home, difference) => PastNews::Compared { home, difference },
            Walked::Failed(fault) => PastNews::Failed(fault),
        };
        self.handle(news(said)).await
    }

    /// Another society is shown from now on, or the same at another moment: what is still being read of the one before
    /// is of no use.
    fn show(&mut self, link: Link) {
        self.link = link;
        self.answer.shown += 1;
    }

    /// Hands the terminal to the person's editor until the text is written.
    pub(super) async fn edit(&mut self, text: String) -> anyhow::Result<()> {
        self.screen.leave()?;
        let edited = tokio::task::spawn_blocking(move || editor::write(&text)).await;
        self.screen.regain()?;
        self.resized().await?;
        match edited {
            Ok(Ok(text)) => self.handle(Msg::Edited(text)).await,
            Ok(Err(why)) => {
                self.model.toast(Tone::Bad, why);
                (self.dirty, self.ticks_only) = (true, false);
                Ok(())
            }
            Err(_) => Ok(()), // it was cut off: the text stays as it was
        }
    }
}

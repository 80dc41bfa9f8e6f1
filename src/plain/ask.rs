//! Windows as questions: one at a time, each with what is there now and how to keep it.

use std::io::Write;

use tui_input::Input;

use super::{Session, names};
use crate::tui::action::Act;
use crate::tui::msg::Msg;
use crate::tui::overlays::reading::Para;
use crate::tui::overlays::{Choice, FieldKind, Form, Overlay};

/// Where a person is in what is asked.
#[derive(Debug, Default)]
pub struct Asking {
    /// What was asked last: the window's depth and its title.
    window: (usize, String),
    /// Lines of a text so far.
    typed: Vec<String>,
    /// Whether the fields of a form are looked over, to mend one or send them.
    over: bool,
    /// Whether one of them is being mended.
    mending: bool,
}

impl Asking {
    fn is_new(&mut self, depth: usize, title: &str) -> bool {
        let window = (depth, title.to_owned());
        let new = self.window != window;
        if new {
            *self = Self { window, ..Self::default() };
        }
        new
    }
}

/// Whether something is asked now; asks it. What is only to be read is told and closed.
pub async fn is_asked<W: Write>(session: &mut Session<W>) -> anyhow::Result<bool> {
    loop {
        match session.room.model().overlays.last() {
            None => {
                session.asking = Asking::default();
                return Ok(false);
            }
            Some(Overlay::Reading(reading)) => {
                let told: Vec<String> =
                    std::iter::once(reading.title.clone()).chain(reading.paras.iter().map(para)).collect();
                told.iter().try_for_each(|line| session.line(line))?;
                session.room.send(Msg::Act(Act::Cancel)).await?;
            }
            Some(Overlay::Palette(_)) => session.room.send(Msg::Act(Act::Cancel)).await?,
            Some(_) => {
                if session.asking.typed.is_empty() {
                    begin(session)?;
                }
                return Ok(true);
            }
        }
    }
}

fn para(para: &Para) -> String {
    match para {
        Para::Heading(said) | Para::Text(said) => said.clone(),
        Para::Key(key, title, about) => format!("{key}: {title}. {about}"),
        Para::Row(cells, _) => {
            cells.iter().filter(|cell| !cell.is_empty()).cloned().collect::<Vec<_>>().join(", ")
        }
        Para::Gap => String::new(),
    }
}

/// Asks what the window on top asks.
fn begin<W: Write>(session: &mut Session<W>) -> anyhow::Result<()> {
    let depth = session.room.model().overlays.len();
    let Some(window) = session.room.model().overlays.last() else { return Ok(()) };
    let (title, error) = match window {
        Overlay::Choice(choice) => (choice.title.clone(), choice.message.clone()),
        Overlay::Confirm(confirm) => (confirm.title.clone(), None),
        Overlay::Form(form) => (form.title.clone(), form.error.clone()),
        Overlay::Line(line) => (line.title.clone(), line.error.clone()),
        Overlay::Text(edit) => (edit.title.clone(), edit.error.clone()),
        Overlay::Reading(_) | Overlay::Palette(_) => return Ok(()),
    };
    let new = session.asking.is_new(depth, &title);
    if let Some(error) = &error {
        session.line(&format!("Not yet: {error}"))?;
        session.asking.over |= !new;
    }
    let over = session.asking.over;
    let Some(window) = session.room.window() else { return Ok(()) };
    let told: Vec<String> = match window {
        Overlay::Choice(choice) => choices(choice, new),
        Overlay::Confirm(confirm) => {
            confirm.was_told();
            let mut told = confirm.told();
            told.push("Yes or no?".into());
            told
        }
        Overlay::Form(form) if over => look_over(form),
        Overlay::Form(form) => field(form, new),
        Overlay::Line(line) => {
            vec![format!("{}? Now: {}.", title.trim_end_matches('?'), shown(line.input.value()))]
        }
        Overlay::Text(edit) => {
            let mut told = vec![title];
            told.extend(edit.value().lines().map(|line| format!("| {line}")));
            told.push("Type the text; a line that is only a dot ends it, a dot at once keeps it.".into());
            told
        }
        Overlay::Reading(_) | Overlay::Palette(_) => Vec::new(),
    };
    told.iter().try_for_each(|line| session.line(line))
}

fn shown(value: &str) -> String {
    if value.is_empty() { "nothing".into() } else { format!("“{value}”") }
}

fn choices(choice: &Choice, new: bool) -> Vec<String> {
    if !new {
        return vec![format!("{} A number, or :cancel.", choice.title)];
    }
    let mut told = vec![choice.title.clone()];
    for (nth, item) in choice.items.iter().enumerate() {
        let mut said = format!("{}. {}", nth + 1, item.title);
        for more in [&item.note, &item.about].into_iter().filter(|more| !more.is_empty()) {
            said.push_str(", ");
            said.push_str(more);
        }
        if item.current {
            said.push_str(", now");
        }
        told.push(said);
    }
    told
}

fn field(form: &Form, new: bool) -> Vec<String> {
    let mut told = Vec::new();
    if new {
        told.push(if form.note.is_empty() {
            form.title.clone()
        } else {
            format!("{}, {}", form.title, form.note)
        });
    }
    if new && !form.preview.is_empty() {
        told.push(form.preview.clone());
    }
    let Some(at) = form.fields.get(form.at) else { return told };
    let hint = if at.hint.is_empty() { String::new() } else { format!(" ({})", at.hint) };
    told.push(match &at.kind {
        FieldKind::Line(input) => format!("{}{hint}? Now: {}.", at.label, shown(input.value())),
        FieldKind::Text(editor) => format!(
            "{}{hint}? Now: {}. A line that is only a dot ends it, a dot at once keeps it.",
            at.label,
            shown(&editor.value())
        ),
        FieldKind::Choice(options, chosen) => {
            let options: Vec<String> = options
                .iter()
                .enumerate()
                .map(|(nth, option)| {
                    format!("{}. {option}{}", nth + 1, if nth == *chosen { ", now" } else { "" })
                })
                .collect();
            format!("{}? {}", at.label, options.join("; "))
        }
        FieldKind::Slider { at: now, min, max, .. } => format!("{} ({min} to {max})? Now: {now}.", at.label),
    });
    told
}

fn look_over(form: &Form) -> Vec<String> {
    let mut told: Vec<String> = form
        .fields
        .iter()
        .enumerate()
        .map(|(nth, field)| format!("{}. {}: {}", nth + 1, field.label, field.value()))
        .collect();
    told.push("A number mends a field, :send sends it, :cancel leaves it.".into());
    told
}

impl<W: Write> Session<W> {
    /// A line that answers what is asked.
    pub(super) async fn answer(&mut self, line: &str) -> anyhow::Result<()> {
        let Some(scope) = self.room.model().overlays.last().map(Overlay::scope) else { return Ok(()) };
        let typing = !self.asking.typed.is_empty();
        if let Some(name) = line.strip_prefix(':').filter(|rest| !rest.starts_with(':') && !typing) {
            return self.in_window(name.trim(), scope).await;
        }
        let said = line.strip_prefix(':').unwrap_or(line);
        match self.room.window() {
            Some(Overlay::Choice(choice)) => {
                let Some(at) = place(said, choice.items.iter().map(|item| item.title.as_str())) else {
                    return self.line("None of these; a number, or :cancel.");
                };
                choice.scroll.selected = at;
                self.room.send(Msg::Act(Act::Accept)).await
            }
            Some(Overlay::Confirm(_)) => match said.trim().to_lowercase().as_str() {
                "y" | "yes" => self.room.send(Msg::Act(Act::Accept)).await,
                "n" | "no" => self.room.send(Msg::Act(Act::Cancel)).await,
                _ => self.line("It takes yes or no."),
            },
            Some(Overlay::Line(window)) => {
                if !said.is_empty() {
                    window.input = Input::default();
                    self.room.send(Msg::Paste(said.to_owned())).await?;
                }
                self.room.send(Msg::Act(Act::Accept)).await
            }
            Some(Overlay::Text(_)) => self.text(said).await,
            Some(Overlay::Form(_)) if self.asking.over => self.mend(said),
            Some(Overlay::Form(_)) => self.fill(said).await,
            _ => Ok(()),
        }
    }

    /// An action of the window, by its name; `test 2` is about the second line.
    async fn in_window(&mut self, name: &str, scope: crate::tui::action::Scope) -> anyhow::Result<()> {
        let (word, number) = match name.rsplit_once(' ') {
            Some((word, number)) if number.parse::<usize>().is_ok() => (word, number.parse::<usize>().ok()),
            _ => (name, None),
        };
        if let (Some(Overlay::Choice(choice)), Some(number)) = (self.room.window(), number) {
            choice.scroll.selected = number.saturating_sub(1).min(choice.items.len().saturating_sub(1));
        }
        if word == "empty" {
            match self.room.window() {
                Some(Overlay::Line(line)) => line.input = Input::default(),
                Some(Overlay::Text(edit)) => edit.clear(),
                Some(Overlay::Form(form)) => {
                    match form.fields.get_mut(form.at).map(|field| &mut field.kind) {
                        Some(FieldKind::Line(input)) => *input = Input::default(),
                        Some(FieldKind::Text(editor)) => editor.set(""),
                        _ => {}
                    }
                    return self.advance().await;
                }
                _ => return self.line("There is no text to empty."),
            }
            let act = if scope == crate::tui::action::Scope::Text { Act::Submit } else { Act::Accept };
            return self.room.send(Msg::Act(act)).await;
        }
        match names::of_window(word, scope) {
            Some(def) if def.is_for(self.room.model().role) => {
                self.asking.over = false;
                self.room.send(Msg::Act(def.act)).await
            }
            _ => self.line("That is no action here: :cancel, :send and :back are."),
        }
    }

    /// A line of a text.
    async fn text(&mut self, said: &str) -> anyhow::Result<()> {
        if said != "." {
            self.asking.typed.push(said.to_owned());
            self.spoke = true; // the text goes on: there is nothing to ask
            return Ok(());
        }
        let typed = std::mem::take(&mut self.asking.typed);
        if !typed.is_empty() {
            if let Some(Overlay::Text(edit)) = self.room.window() {
                edit.clear();
            }
            self.room.send(Msg::Paste(typed.join("\n"))).await?;
        }
        self.room.send(Msg::Act(Act::Submit)).await
    }

    /// The number of a field to be mended.
    fn mend(&mut self, said: &str) -> anyhow::Result<()> {
        let Some(Overlay::Form(form)) = self.room.window() else { return Ok(()) };
        let labels: Vec<&str> = form.fields.iter().map(|field| field.label).collect();
        match place(said, labels.into_iter()) {
            Some(at) => {
                form.at = at;
                form.error = None;
                self.asking.over = false;
                self.asking.mending = true;
                Ok(())
            }
            None => self.line("A number of a field, :send or :cancel."),
        }
    }

    /// The value of a field; the next one is asked then, and after the last the form is sent.
    async fn fill(&mut self, said: &str) -> anyhow::Result<()> {
        let Some(Overlay::Form(form)) = self.room.window() else { return Ok(()) };
        let Some(field) = form.fields.get_mut(form.at) else { return Ok(()) };
        let typed = said.trim();
        match &mut field.kind {
            FieldKind::Text(_) if typed != "." => {
                self.asking.typed.push(said.to_owned());
                self.spoke = true; // the text goes on: there is nothing to ask
                return Ok(());
            }
            FieldKind::Text(editor) => {
                let lines = std::mem::take(&mut self.asking.typed);
                if !lines.is_empty() {
                    editor.set("");
                    self.room.send(Msg::Paste(lines.join("\n"))).await?;
                    if matches!(self.room.window(), Some(Overlay::Form(form)) if form.error.is_some()) {
                        return Ok(()); // it is asked again, with the reason
                    }
                }
            }
            _ if typed.is_empty() => {}
            FieldKind::Line(input) => {
                *input = Input::default();
                self.room.send(Msg::Paste(said.to_owned())).await?;
            }
            FieldKind::Choice(options, at) => {
                let Some(found) = place(typed, options.iter().map(String::as_str)) else {
                    return self.line("None of these; a number, or an empty line to keep it.");
                };
                *at = found;
            }
            FieldKind::Slider { at, min, max, .. } => match typed.parse::<i64>() {
                Ok(number) if (*min..=*max).contains(&number) => *at = number,
                _ => {
                    let said = format!("A whole number from {min} to {max}.");
                    return self.line(&said);
                }
            },
        }
        self.room.send(Msg::Paste(String::new())).await?; // what the fields mean so far
        self.advance().await
    }

    /// To the next field; a form that was mended is looked over again, and one that is whole is sent.
    async fn advance(&mut self) -> anyhow::Result<()> {
        if std::mem::take(&mut self.asking.mending) {
            self.asking.over = true;
            return Ok(());
        }
        self.room.send(Msg::Act(Act::NextField)).await
    }
}

/// The place of what was answered: a number, or the beginning of one title alone.
fn place<'a>(said: &str, titles: impl Iterator<Item = &'a str>) -> Option<usize> {
    let titles: Vec<String> = titles.map(str::to_lowercase).collect();
    let said = said.trim().to_lowercase();
    if let Ok(number) = said.parse::<usize>() {
        return number.checked_sub(1).filter(|at| *at < titles.len());
    }
    if said.is_empty() {
        return None;
    }
    if let Some(at) = titles.iter().position(|title| *title == said) {
        return Some(at);
    }
    let mut found = titles.iter().enumerate().filter(|(_, title)| title.starts_with(&said));
    match (found.next(), found.next()) {
        (Some((at, _)), None) => Some(at),
        _ => None,
    }
}

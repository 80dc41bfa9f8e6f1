//! `botarium man`.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Command, CommandFactory as _};
use clap_mangen::Man;

use super::exit::{EXIT_CODES, Exit};
use super::out::Out;
use crate::tui::action::ACTIONS;

/// Print the man page, or write one for every command
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  botarium man | man -l -
  botarium man -o ~/.local/share/man/man1")]
pub struct ManArgs {
    /// Write a page for every command into this directory
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// What the examples of a help begin with.
const EXAMPLES: &str = "Examples:";

pub fn run(args: &ManArgs, out: &Out) -> anyhow::Result<Exit> {
    let mut command = super::Cli::command();
    command.build();
    let Some(directory) = &args.output else {
        out.print_own(&page(&command, "botarium")?)?;
        return Ok(Exit::Ok);
    };
    std::fs::create_dir_all(directory)
        .with_context(|| format!("cannot create {}; name another directory", directory.display()))?;
    write_all(&command, "botarium", directory, out)?;
    Ok(Exit::Ok)
}

fn write_all(command: &Command, name: &str, directory: &std::path::Path, out: &Out) -> anyhow::Result<()> {
    let path = directory.join(format!("{name}.1"));
    std::fs::write(&path, page(command, name)?)
        .with_context(|| format!("cannot write {}", path.display()))?;
    out.line(&path.display().to_string())?;
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        write_all(sub, &format!("{name}-{}", sub.get_name()), directory, out)?;
    }
    Ok(())
}

/// One page. Exit codes are a section of their own, where readers of man pages look for them.
fn page(command: &Command, name: &str) -> anyhow::Result<Vec<u8>> {
    let command = command.clone().after_long_help("");
    let man = Man::new(command.clone())
        .title(name)
        .manual("Botarium")
        .source(concat!("botarium ", env!("CARGO_PKG_VERSION")));
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if name == "botarium" {
        man.render_subcommands_section(&mut text)?;
        keys(&mut text)?;
    }
    after(&command, &mut text)?;
    text.extend_from_slice(b".SH \"EXIT STATUS\"\n");
    for line in EXIT_CODES.lines().skip(1) {
        let (code, meaning) = line.trim().split_once(' ').unwrap_or((line, ""));
        writeln!(text, ".TP\n\\fB{code}\\fR\n{}", meaning.trim())?;
    }
    Ok(text)
}

/// What the help says behind the options: notes, and examples as they are typed, up to an empty line.
fn after(command: &Command, text: &mut Vec<u8>) -> std::io::Result<()> {
    let Some(said) = command.get_after_help() else { return Ok(()) };
    let said = said.to_string();
    let (before, behind) = said.split_once(EXAMPLES).unwrap_or((&said, ""));
    let (examples, rest) = behind.trim_matches('\n').split_once("\n\n").unwrap_or((behind, ""));
    for (title, part) in
        [("NOTES", format!("{}\n\n{}", before.trim_end(), rest)), ("EXAMPLES", examples.to_owned())]
    {
        if !part.trim().is_empty() {
            writeln!(text, ".SH {title}")?;
            part.trim_matches('\n').lines().try_for_each(|line| as_it_stands(line, text))?;
        }
    }
    Ok(())
}

/// A line of a text: what is indented stays a line of its own.
fn as_it_stands(line: &str, text: &mut Vec<u8>) -> std::io::Result<()> {
    let inert = line.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
    match line {
        "" => writeln!(text, ".PP"),
        // A line that begins with a dot or an apostrophe would be a request.
        line if line.starts_with("  ") => writeln!(text, ".nf\n\\&{inert}\n.fi"),
        _ => writeln!(text, "\\&{inert}"),
    }
}

/// Everything that can be done at the screen, with the name each action has under `ui.keys`.
fn keys(text: &mut Vec<u8>) -> std::io::Result<()> {
    text.extend_from_slice(b".SH \"KEYS OF THE CONTROL ROOM\"\n");
    let mut scope = None;
    for action in ACTIONS {
        if scope.replace(action.scope) != Some(action.scope) {
            writeln!(text, ".SS \"{}\"", action.scope.title())?;
        }
        let keys = action.keys.join(" ").replace('\\', "\\\\").replace('-', "\\-");
        writeln!(text, ".TP\n\\fB{keys}\\fR  {}\n{}", action.id, action.about)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_its_sections() {
        let mut command = super::super::Cli::command();
        command.build();
        let text = String::from_utf8(page(&command, "botarium").unwrap()).unwrap();
        for section in [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "OPTIONS",
            "SUBCOMMANDS",
            "KEYS OF THE CONTROL ROOM",
            "EXIT STATUS",
        ] {
            assert!(
                text.contains(&format!(".SH {section}")) || text.contains(&format!(".SH \"{section}\"")),
                "{section}"
            );
        }
        // Whatever the help of a command ends with is in its page, and every command has examples.
        fn all(command: &Command) {
            let text = String::from_utf8(page(command, command.get_name()).unwrap()).unwrap();
            let said = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let is_group = command.has_subcommands();
            assert!(is_group || text.contains(".SH EXAMPLES\n.nf\n\\&  "), "{}: {text}", command.get_name());
            let plain =
                text.replace("\\-", "-").replace("\\(aq", "'").replace("\\&", "").replace("\\e", "\\");
            for line in said.lines().filter(|line| *line != EXAMPLES) {
                assert!(
                    plain.lines().any(|told| told == line) || line.is_empty(),
                    "`{line}` is not in {plain}"
                );
            }
            command.get_subcommands().for_each(all);
        }
        all(&command);
        assert!(text.contains(".TP\n\\fB130\\fR\ninterrupted"));
        for action in ACTIONS {
            assert!(text.contains(action.id) && text.contains(action.about), "{}", action.id);
        }
    }
}

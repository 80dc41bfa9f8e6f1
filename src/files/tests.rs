use super::*;

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_file_appears_when_it_is_complete_and_leaves_nothing_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.csv");
    let mut out = OutFile::create(&path, false).unwrap();
    out.write_all(b"one").unwrap();
    assert!(!path.exists());
    drop(out);
    assert!(names(dir.path()).is_empty());
    write(&path, false, b"two").unwrap();
    assert_eq!(names(dir.path()), ["a.csv"]);
    assert!(matches!(write(&path, false, b"three"), Err(OutError::Exists(_))));
    assert_eq!(std::fs::read(&path).unwrap(), b"two");
    write(&path, true, b"four").unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"four");
    assert_eq!(names(dir.path()), ["a.csv"]);
}

#[test]
fn who_comes_between_keeps_what_it_wrote() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a");
    let out = OutFile::create(&path, false).unwrap();
    std::fs::write(&path, "theirs").unwrap();
    assert!(matches!(out.finish(), Err(OutError::Exists(_))));
    assert_eq!(std::fs::read(&path).unwrap(), b"theirs");
    assert_eq!(names(dir.path()), ["a"]);
}

#[test]
fn a_directory_that_is_missing_or_is_none_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let missing = write(&dir.path().join("no/a"), true, b"").unwrap_err();
    assert!(matches!(missing, OutError::NoDirectory { .. }), "{missing}");
    std::fs::write(dir.path().join("file"), "").unwrap();
    let none = write(&dir.path().join("file/a"), true, b"").unwrap_err();
    assert!(none.to_string().contains("file"), "{none}");
    let itself = write(dir.path(), true, b"").unwrap_err();
    assert!(itself.to_string().contains("directory"), "{itself}");
}

#[test]
fn names_in_messages_pass_the_gate() {
    let error = OutError::Exists("a\u{1b}[2Jb".into()).to_string();
    assert!(!error.contains('\u{1b}'), "{error:?}");
}

#[test]
#[cfg(unix)]
fn links_stay_links_and_their_target_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let (link, file) = (dir.path().join("link"), dir.path().join("file"));
    std::os::unix::fs::symlink("file", &link).unwrap();
    write(&link, false, b"one").unwrap(); // it led nowhere
    assert_eq!(std::fs::read(&file).unwrap(), b"one");
    assert!(matches!(write(&link, false, b"two"), Err(OutError::Exists(_))));
    write(&link, true, b"two").unwrap();
    assert_eq!(std::fs::read(&file).unwrap(), b"two");
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    let round = dir.path().join("round");
    std::os::unix::fs::symlink("round", &round).unwrap();
    write(&round, true, b"x").unwrap_err();
}

#[test]
#[cfg(unix)]
fn what_is_no_file_is_written_into() {
    use std::os::unix::fs::FileTypeExt as _;
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let read = {
        let pipe = pipe.clone();
        std::thread::spawn(move || std::fs::read(pipe).unwrap())
    };
    write(&pipe, false, b"through").unwrap();
    assert_eq!(read.join().unwrap(), b"through");
    assert!(std::fs::metadata(&pipe).unwrap().file_type().is_fifo());
    assert_eq!(names(dir.path()), ["pipe"]);
    write(Path::new("/dev/null"), false, b"gone").unwrap();
    assert!(std::fs::metadata("/dev/null").unwrap().file_type().is_char_device());
}

#[test]
#[cfg(unix)]
fn only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a");
    write(&path, false, b"x").unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    let live = dir.path().join("live");
    let mut out = OutFile::create_live(&live, false).unwrap();
    out.write_all(b"half").unwrap();
    assert_eq!((mode(&live), std::fs::read(&live).unwrap()), (0o600, b"half".to_vec()));
    drop(out);
    assert_eq!(std::fs::read(&live).unwrap(), b"half");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o664)).unwrap();
    make_private(&path);
    assert_eq!(mode(&path), 0o600);
}

//! The strings: each ends, comments out, fills in or reinterprets a statement somewhere, or a document, a log, a
//! pattern, a number.

use std::sync::OnceLock;

/// Marks that end a literal or a name, alone, doubled and escaped, and those that a conversion may turn into one.
const QUOTES: [&str; 30] = [
    "'",
    "\"",
    "`",
    "''",
    "\"\"",
    "``",
    "'''",
    "'\"`",
    "it's",
    "say \"hi\"",
    "back`tick",
    "[bracket]",
    "]]",
    "\u{2018}\u{2019}",
    "\u{201c}\u{201d}",
    "\u{2bc}",
    "\u{2b9}\u{2ba}",
    "\u{ff07}",
    "\u{ff02}",
    "\u{ff40}",
    "\u{60}\u{301}",
    "'\u{301}",
    "\u{ab}\u{bb}",
    "q'[it's]'",
    "N'text'",
    "_utf8mb4'x'",
    "U&'\\0027'",
    "E'\\''",
    "X'27'",
    "b'1'",
];

/// What escapes, and what is escaped.
const BACKSLASHES: [&str; 24] = [
    "\\",
    "\\\\",
    "\\\\\\",
    "\\'",
    "\\\\'",
    "\\\\\\'",
    "'\\",
    "\\\"",
    "\\`",
    "\\0",
    "\\n",
    "\\r\\n",
    "\\t",
    "\\b\\Z",
    "\\%",
    "\\_",
    "\\x27",
    "\\u0027",
    "\\047",
    "\\u{27}",
    "C:\\new\\table\\",
    "\\N",
    "\\.",
    "^[\\w'\\\\]+$",
];

/// The beginnings and ends of comments, and hints in them.
const COMMENTS: [&str; 22] = [
    "--",
    "-- ",
    "--\n",
    "---",
    "#",
    "# ",
    "#\n",
    "/*",
    "*/",
    "/* ",
    " */ 1",
    "/**/",
    "/* /* nested */",
    "*/ /*",
    "/*!50000 SELECT 1 */",
    "/*M!100100 SELECT 1 */",
    "/*+ no_index */",
    "x --' ",
    "x #' ",
    "x /*' */",
    ";--",
    ";%00",
];

/// What has been sent to programs that pasted it.
const ATTACKS: [&str; 44] = [
    "' OR '1'='1",
    "' OR 1=1 /*",
    "') OR ('1'='1",
    "')) OR (('1'='1",
    "\" OR \"\"=\"",
    "1 OR 1=1",
    "1' AND '1'='2",
    "admin'--",
    "admin' #",
    "admin'/*",
    "'; DROP TABLE held; --",
    "\"; DROP TABLE held; --",
    "`; DROP TABLE held; #",
    "1; DROP TABLE held",
    "'); DELETE FROM held; --",
    "'; UPDATE held SET text = 'x'; --",
    "'; INSERT INTO held VALUES (9999, 'x'); --",
    "'; COMMIT; DROP TABLE held; BEGIN; --",
    "'; ROLLBACK; --",
    "'; TRUNCATE held; --",
    "' UNION SELECT NULL, NULL --",
    "' UNION ALL SELECT text FROM held --",
    "' AND (SELECT count(*) FROM held) > 0 --",
    "'||(SELECT text FROM held)||'",
    "'+(SELECT 1)+'",
    "' AND sleep(5) --",
    "'; SELECT pg_sleep(5); --",
    "' AND extractvalue(1, concat(0x7e, version())) --",
    "'; COPY held TO PROGRAM 'id'; --",
    "' INTO OUTFILE '/nowhere' --",
    "' AND load_file('/nowhere') --",
    "'; ATTACH DATABASE 'nowhere' AS other; --",
    "'; PRAGMA writable_schema = ON; --",
    "'; SET sql_mode = ''; --",
    "'; SET standard_conforming_strings = off; --",
    "'; SHUTDOWN; --",
    "'; EXEC xp_cmdshell('dir'); --",
    "' GROUP BY 1 HAVING 1=1 --",
    "' ORDER BY 99 --",
    "' LIMIT 0 --",
    "x' AND 1=(SELECT 1) AND 'x'='x",
    "Robert'); DROP TABLE students;--",
    "%' OR '%'='",
    "'=0--+",
];

/// What is a place for a value to some driver or formatter.
const PLACES: [&str; 34] = [
    "?",
    "??",
    "???",
    "?1",
    "? ? ?",
    "$1",
    "$2",
    "$$",
    "$$ body $$",
    "$tag$ x $tag$",
    "$name",
    "${x}",
    "#{x}",
    ":name",
    ":text",
    "::text",
    ":=",
    "\\:name",
    "@name",
    "@@version",
    "&x",
    "%s",
    "%d",
    "%n",
    "%%",
    "%(name)s",
    "%1$s",
    "{}",
    "{0}",
    "{{}}",
    "{name}",
    "{table}",
    "<?= x ?>",
    "? ?1 :name @p $1 $name $$ %s {0}",
];

/// What a pattern takes for more than itself.
const PATTERNS: [&str; 22] = [
    "%",
    "_",
    "%%%",
    "___",
    "100%",
    "a_b",
    "%a%",
    "!%",
    "!_",
    "!!",
    "\\%\\_",
    "^%",
    "|",
    "a|b",
    "~",
    "*",
    "a*",
    "[a-z]%",
    "[^a]",
    ".*",
    "(",
    "ESCAPE '!'",
];

/// What is a value of another kind once its quotes are gone.
const WORDS: [&str; 40] = [
    "NULL",
    "null",
    "TRUE",
    "false",
    "DEFAULT",
    "CURRENT_TIMESTAMP",
    "CURRENT_USER",
    "now()",
    "version()",
    "CAST(x AS y)",
    "SELECT",
    "select",
    "FROM",
    "where",
    "order by",
    "GROUP",
    "table",
    "user",
    "values",
    "excluded",
    "rowid",
    "0",
    "00",
    "-0",
    "1e309",
    "0x27",
    "0b1",
    "NaN",
    "Infinity",
    "-inf",
    "12345678901234567890123",
    "1,5",
    "1.5",
    "2024-02-30",
    "epoch",
    "infinity",
    "24:00:00",
    "a.b",
    "a.b.c",
    "x;y",
];

/// Characters that are not seen, and those that move or hide others.
const INVISIBLE: [&str; 26] = [
    " ",
    "  ",
    " x",
    "x ",
    "x  ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\n\r\t",
    "a\nb",
    "a\rb",
    "\u{1}",
    "\u{8}",
    "\u{b}",
    "\u{c}",
    "\u{1a}",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{200b}",
    "\u{2028}",
    "\u{feff}",
    "\u{202e}txt.exe",
    "a\u{ad}b",
];

/// Text whose bytes, or whose other forms, hold one of those marks.
const UNICODE: [&str; 30] = [
    "naïve",
    "e\u{301}",
    "\u{e9}",
    "ÄÖÜß",
    "ẞ",
    "İi",
    "ıI",
    "ſs",
    "\u{212a}K",
    "ﬃ",
    "表",
    "ソ",
    "能",
    "縗",
    "誠'",
    "\u{bf}'",
    "\u{bf}\\",
    "\u{5c0f}\u{5c}",
    "\u{5c}\u{5c0f}",
    "¥",
    "₩",
    "\u{fffd}",
    "\u{ffff}",
    "\u{fdd0}",
    "עברית'",
    "日本語",
    "\u{1f980}",
    "\u{1f469}\u{200d}\u{1f4bb}",
    "\u{10ffff}",
    "\u{1d7d9}",
];

/// What ends or begins something in a format that text is put into.
const FORMATS: [&str; 26] = [
    "{\"a\": \"'\"}",
    "{\"a\": \"\\\"\"}",
    "\"}",
    "[]",
    "[\"\\u0027\"]",
    "{\"$ne\": null}",
    "<script>alert('x')</script>",
    "<!-- -->",
    "]]>",
    "<![CDATA[",
    "&apos;",
    "&#39;",
    "&amp;lt;",
    "%27",
    "%2527",
    "%c0%a7",
    "+ADw-",
    "a,b",
    "a;b",
    "\"a\"\"b\"",
    "=1+1",
    "=cmd|' /C calc'!A0",
    "../../etc/passwd",
    "a=1&b=2",
    "x'y\"z`",
    "$(id)`id`",
];

/// Each way out of a literal or a name, with each statement behind it, and each way to be rid of the rest.
const WAYS_OUT: [&str; 7] = ["'", "\"", "`", "')", "\\'", "*/", "$$"];
const STATEMENTS: [&str; 4] =
    [" OR 1=1", "; DROP TABLE held", " UNION SELECT text FROM held", "||(SELECT 1)||"];
const REST: [&str; 6] = ["", " --", "-- ", " #", "/*", ";"];

/// All of them, each once; none has a NUL, which PostgreSQL cannot hold.
pub fn strings() -> &'static [String] {
    static STRINGS: OnceLock<Vec<String>> = OnceLock::new();
    STRINGS.get_or_init(|| {
        let given: [&[&str]; 9] =
            [&QUOTES, &BACKSLASHES, &COMMENTS, &ATTACKS, &PLACES, &PATTERNS, &WORDS, &INVISIBLE, &UNICODE];
        let given = given.into_iter().flatten().chain(&FORMATS).map(|text| (*text).to_owned());
        let made = WAYS_OUT.iter().flat_map(|out| {
            STATEMENTS
                .iter()
                .flat_map(move |statement| REST.iter().map(move |rest| format!("{out}{statement}{rest}")))
        });
        let long = ["'", "\\", "\\'", "%", "?", "🦀'"].map(|text| text.repeat(200));
        let mut strings = vec![String::new()];
        strings.extend(given.chain(made).chain(long));
        strings
    })
}

#[test]
fn they_are_hundreds_and_differ() {
    let mut strings = strings().to_vec();
    assert!(strings.len() >= 400, "{}", strings.len());
    let all = strings.len();
    strings.sort();
    strings.dedup();
    assert_eq!(strings.len(), all);
    assert!(!strings.iter().any(|text| text.contains('\0')));
}

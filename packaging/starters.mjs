/**
 * What stands beside Node.js and the program in a folder: a command, something
 * to double-click, and a page that says how to begin.
 *
 * @param {string} platform
 * @param {string} version
 * @returns {{ name: string, bytes: Buffer, mode?: number }[]}
 */
export function starterFiles(platform, version) {
  return platform.startsWith('win')
    ? [
        { name: 'redcap-sweep.cmd', bytes: text(COMMAND_CMD, '\r\n') },
        { name: 'Start redcap-sweep.cmd', bytes: text(START_CMD, '\r\n') },
        { name: 'README.txt', bytes: text(readme(version, WINDOWS), '\r\n') },
      ]
    : [
        { name: 'redcap-sweep', bytes: text(COMMAND_SH), mode: 0o755 },
        ...(platform.startsWith('darwin')
          ? [{ name: 'Start redcap-sweep.command', bytes: text(START_SH), mode: 0o755 }]
          : []),
        {
          name: 'README.txt',
          bytes: text(readme(version, platform.startsWith('darwin') ? MACOS : LINUX)),
        },
      ];
}

function text(lines, end = '\n') {
  return Buffer.from(lines.replaceAll('\n', end));
}

// The program's own exit code is this one's.
const COMMAND_CMD = `@echo off
"%~dp0node\\node.exe" "%~dp0app\\dist\\cli.js" %*
`;

// A window that stays open, in which the command is known by its name.
const START_CMD = `@echo off
title redcap-sweep
set "PATH=%~dp0;%PATH%"
cd /d "%USERPROFILE%"
cmd /k redcap-sweep --help
`;

// Found through links too: people put one into a folder of their PATH.
const COMMAND_SH = `#!/bin/sh
program=$0
while [ -L "$program" ]; do
  link=$(readlink "$program")
  case $link in
    /*) program=$link ;;
    *) program=$(dirname "$program")/$link ;;
  esac
done
here=$(CDPATH='' cd "$(dirname "$program")" && pwd -P) || exit 2
exec "$here/node/node" "$here/app/dist/cli.js" "$@"
`;

const START_SH = `#!/bin/sh
PATH=$(CDPATH='' cd "$(dirname "$0")" && pwd -P):$PATH
export PATH
cd || exit 2
redcap-sweep --help
exec "\${SHELL:-/bin/sh}"
`;

const WINDOWS = `Double-click "Start redcap-sweep.cmd": a window opens in which you can type, for example

    redcap-sweep demo

which rehearses everything on made-up records, and touches no REDCap. From another window, type
the path of redcap-sweep.cmd in this folder. Nothing is installed: to remove the program, delete
this folder. Reports stand in the folder "reports" of wherever you were when you started it.`;

const MACOS = `Open Terminal and type, with the path of this folder,

    xattr -dr com.apple.quarantine <this folder>
    <this folder>/redcap-sweep demo

The first line is needed once, as macOS keeps back what was downloaded. The demo rehearses
everything on made-up records, and touches no REDCap. After the first line you can also
double-click "Start redcap-sweep.command". Nothing is installed: to remove the program, delete
this folder.`;

const LINUX = `Type, with the path of this folder,

    <this folder>/redcap-sweep demo

which rehearses everything on made-up records, and touches no REDCap. A link to redcap-sweep in a
folder of your PATH works too. Nothing is installed: to remove the program, delete this folder.`;

function readme(version, how) {
  return `redcap-sweep ${version}

${how}

The guide is app/README.md, further pages are in app/docs. What is in this folder, with digests:
bom.cdx.json. The licences: app/LICENSE, app/dist/licenses.txt, node/LICENSE.
`;
}

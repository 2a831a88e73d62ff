"""Random changes of a tree, and a manifest of everything that a checkpoint has to keep of it.

  random-tree.py step BUILD_DATA TRUTH SEED OPERATIONS   writes the manifest of BUILD_DATA to TRUTH, then changes BUILD_DATA/pkg_image
  random-tree.py compare TRUTH FOLDER|TRUTH              prints the number of entries, and a line for each one that differs

Option of both, before the others: --loose leaves out what zfs-fuse does not keep: whether a file has holes, parts of a second, access
control lists (it keeps them as data beside a mode that need not agree with them), and long values of attributes (it shows 8 other bytes until
the file system is mounted again).
"""

import errno
import hashlib
import json
import mmap
import os
import random
import stat
import subprocess
import sys

SECOND = 10**9
EXPECTED = {errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.ENODATA, errno.ENOSPC, errno.EINVAL, errno.EOVERFLOW, errno.ENOTEMPTY}
NAMES = [b'ordinary', b'two args ', b'-n', b'line\nbreak', b'\xff\xfeno text', 'gr\u00fc\u00df'.encode(), b'l' * 255, b'g[0-9]*?', b'#1',
         b'a\\b', b'a:b', b'...', b'.hidden', b' first', b'%d%s', b'"\'`$x', b'\x01\x1b', b'~', b'col\tumn', b'e\xcc\x81', b'\xc3\xa9',
         b'CASE', b'case'] + [b'f%d' % n for n in range(20)]
TIMES = [0, 1, -1, 10**9 * SECOND, 10**9 * SECOND + 1, 10**9 * SECOND + 999_999_999, -3 * SECOND - 5, 4 * 10**9 * SECOND]
SOME = 'some holes'
IS_ROOT = os.getuid() == 0


def manifest(top, loose):
    """A dictionary: path below the tree, as latin-1 text, to the list of what it is."""
    top = os.fsencode(top)
    stats = {}

    def walk(path, name):
        stats[name] = (path, os.lstat(path))
        if stat.S_ISDIR(stats[name][1].st_mode):
            for child in os.listdir(path):
                walk(path + b'/' + child, name + b'/' + child)

    walk(top, b'.')
    names_of = {}
    for name, (_, st) in stats.items():
        if not stat.S_ISDIR(st.st_mode):
            names_of.setdefault((st.st_dev, st.st_ino), []).append(name)
    return {name.decode('latin-1'): entry(path, st, sorted(names_of.get((st.st_dev, st.st_ino), [])), loose) for name, (path, st) in stats.items()}


def entry(path, st, names, loose):
    mode = st.st_mode
    fields = [stat.filemode(mode), f'{st.st_uid}:{st.st_gid}', st.st_mtime_ns // SECOND if loose else st.st_mtime_ns]
    if stat.S_ISREG(mode):
        with open(path, 'rb') as file:
            fields += [st.st_size, hashlib.sha256(file.read()).hexdigest()]
        if st.st_size > 1_000_000 and not loose:
            fields.append('holes' if st.st_blocks * 512 < st.st_size // 2 else SOME if st.st_blocks * 512 < st.st_size else 'no holes')
    elif stat.S_ISLNK(mode):
        fields.append(os.readlink(path).decode('latin-1'))
    elif stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        fields.append(st.st_rdev)
    if len(names) > 1:
        fields.append([name.decode('latin-1') for name in names])
    try:
        fields.append(sorted((name, os.getxattr(path, name, follow_symlinks=False).hex()) for name in os.listxattr(path, follow_symlinks=False)
                             if not (loose and name.startswith('system.posix_acl'))))
    except OSError as error:
        fields.append(errno.errorcode.get(error.errno))
    return fields


class Changes:
    """Random changes of a tree. Each method whose name begins with `do_` is one kind."""

    def __init__(self, root, seed, loose):
        without = ['do_access_list'] if loose else []
        self.loose = loose
        self.root = os.fsencode(root)
        self.random = random.Random(seed)
        self.kinds = [getattr(self, name) for name in sorted(dir(self)) if name.startswith('do_') and name not in without]

    def fill(self):
        """Some entries to begin with, where there are hardly any."""
        if len(self.entries()) < 15:
            for _ in range(40):
                self.attempt(self.do_make)

    def one(self):
        self.attempt(self.random.choice(self.kinds))

    def attempt(self, change):
        try:
            change()
        except OSError as error:
            if error.errno not in EXPECTED:
                raise

    def entries(self, wanted=lambda st: True):
        found = []
        for folder, folders, files in os.walk(self.root):
            for name in folders + files:
                path = folder + b'/' + name
                if wanted(os.lstat(path)):
                    found.append(path)
        return sorted(found)

    def files(self, least=0):
        return self.entries(lambda st: stat.S_ISREG(st.st_mode) and st.st_size >= least)

    def folders(self):
        return self.entries(lambda st: stat.S_ISDIR(st.st_mode))

    def others(self):
        return self.entries(lambda st: not stat.S_ISDIR(st.st_mode))

    def pick(self, paths):
        if not paths:
            raise OSError(errno.ENODATA, 'nothing to pick from')
        return self.random.choice(paths)

    def unused(self):
        folder = self.pick(self.folders() + [self.root])
        path = folder + b'/' + self.pick(NAMES)
        if os.path.lexists(path) or len(path) > 2000:
            raise OSError(errno.ENODATA, 'taken')
        return path

    def set_time(self, path, time):
        os.utime(path, ns=(time, time), follow_symlinks=False)

    def hidden(self, path, change):
        """Runs a change and puts the modification time back, so that neither it nor (often) the size shows the change."""
        time = os.lstat(path).st_mtime_ns
        change()
        self.set_time(path, time)

    def make(self, path):
        kind = self.random.choice(['file', 'file', 'file', 'same', 'link', 'pipe', 'folder', 'sparse', 'dense', 'node', 'socket'])
        if kind == 'link':
            os.symlink(self.random.choice([b'ordinary', b'missing', b'/etc/passwd', b'..', b'\xff']), path)
        elif kind == 'pipe' or not IS_ROOT and kind in ('node', 'socket'):
            os.mkfifo(path)
        elif kind == 'folder':
            os.mkdir(path)
        elif kind == 'node':
            os.mknod(path, self.random.choice([stat.S_IFCHR, stat.S_IFBLK]) | 0o640, os.makedev(self.random.randrange(1, 300), self.random.randrange(300)))
        elif kind == 'socket':
            os.mknod(path, stat.S_IFSOCK | 0o755)
        else:
            with open(path, 'wb') as file:
                if kind == 'sparse':
                    file.seek(self.random.randrange(500_000, 3_000_000))
                    file.write(b'between holes')
                    file.truncate(4_000_000)
                elif kind == 'dense':
                    file.write(bytes(1_200_000))  # zeros that are written
                elif kind == 'same':
                    file.write(b'the same everywhere')
                else:
                    file.write(self.random.randbytes(self.random.choice([0, 1, 10, 4096, 9000])))
        if self.random.random() < 0.5:
            self.set_time(path, self.random.choice(TIMES))

    def do_make(self):
        self.make(self.unused())

    do_make_too = do_make
    do_make_three = do_make

    def do_write_in_place(self):
        path = self.pick(self.files(4))
        with open(path, 'r+b') as file:
            self.hidden(path, lambda: (file.write(self.random.randbytes(3)), file.flush()))

    def do_write_through_a_mapping(self):
        path = self.pick(self.files(1))

        def change():
            with open(path, 'r+b') as file, mmap.mmap(file.fileno(), 0) as mapped:
                mapped[-1] ^= 0xFF

        self.hidden(path, change)

    def do_append(self):
        with open(self.pick(self.files()), 'ab') as file:
            file.write(b'more')

    def do_truncate(self):
        path = self.pick(self.files(2))
        os.truncate(path, os.path.getsize(path) // 2)

    def do_punch_a_hole(self):
        path = self.pick(self.files(1_000_000))
        self.hidden(path, lambda: tool('fallocate', '--punch-hole', '--offset', '0', '--length', '1000000', path))

    def do_fill_the_holes(self):
        path = self.pick(self.files(1_000_000))

        def change():
            with open(path, 'rb') as file:
                content = file.read()
            with open(path, 'r+b') as file:
                file.write(content)

        self.hidden(path, change)

    def do_mode(self):
        path = self.pick(self.entries(lambda st: not stat.S_ISLNK(st.st_mode)))
        is_folder = os.path.isdir(path)
        modes = [0o755, 0o700, 0o1777, 0o2755] if is_folder else [0o644, 0o400, 0o4711, 0o2755, 0o666]
        os.chmod(path, self.random.choice(modes + ([0, 0o111] if IS_ROOT else [])))

    def do_owner(self):
        if IS_ROOT:
            os.chown(self.pick(self.entries()), self.random.randrange(4), self.random.randrange(70_000), follow_symlinks=False)

    def do_time(self):
        self.set_time(self.pick(self.entries()), self.random.choice(TIMES))

    def do_attribute(self):
        path = self.pick(self.entries())
        ordinary = stat.S_IFMT(os.lstat(path).st_mode) in (stat.S_IFREG, stat.S_IFDIR)
        names = (['user.one', 'user.two'] if ordinary else []) + (['trusted.one', 'security.own'] if IS_ROOT else [])
        name = self.pick(names)

        def change():
            if self.random.random() < 0.3:
                os.removexattr(path, name, follow_symlinks=False)
            else:
                os.setxattr(path, name, self.random.choice([b'', b'1', b'2', b'\0\xff', b'v' * (40 if self.loose else 200)]), follow_symlinks=False)

        self.hidden(path, change)

    def do_access_list(self):
        path = self.pick(self.files() + self.folders())
        rules = ['-m', self.random.choice(['u:4321:r', 'u:4321:rwx', 'g:99:-'])]
        if os.path.isdir(path) and self.random.random() < 0.5:
            rules = ['-m', 'd:u:4321:rx']
        self.hidden(path, lambda: tool('setfacl', *self.random.choice([rules, rules, ['-b']]), '--', path))

    def do_capability(self):
        if IS_ROOT:
            path = self.pick(self.files())
            self.hidden(path, lambda: tool('setcap', self.random.choice(['cap_net_raw=ep', 'cap_chown,cap_fowner=eip']), path))

    def do_hard_link(self):
        os.link(self.pick(self.others()), self.unused(), follow_symlinks=False)

    do_hard_link_too = do_hard_link

    def do_break_a_hard_link(self):
        path = self.pick(self.entries(lambda st: not stat.S_ISDIR(st.st_mode) and st.st_nlink > 1))
        copy = os.path.dirname(path) + b'/.broken'
        tool('cp', '-a', '--', path, copy)
        os.rename(copy, path)

    def do_remove(self):
        os.unlink(self.pick(self.others()))

    def do_remove_folder(self):
        tool('rm', '-rf', '--', self.pick([path for path in self.folders() if len(os.listdir(path)) < 3]))

    def do_swap(self):
        one, two = self.pick(self.others()), self.pick(self.others())
        if os.lstat(one).st_ino != os.lstat(two).st_ino:
            os.rename(one, self.root + b'/.swap')
            os.rename(two, one)
            os.rename(self.root + b'/.swap', two)

    def do_rename(self):
        os.rename(self.pick(self.others()), self.unused())

    def do_rename_folder(self):
        folder, target = self.pick(self.folders()), self.unused()
        if not target.startswith(folder + b'/'):
            os.rename(folder, target)

    def do_another_type_with_the_same_time(self):
        path = self.pick(self.others())
        time = os.lstat(path).st_mtime_ns
        os.unlink(path)
        self.make(path)
        self.set_time(path, time)

    def do_another_file_with_the_same_time_and_size(self):
        path = self.pick(self.files(1))
        st = os.lstat(path)
        os.unlink(path)
        with open(path, 'wb') as file:
            file.write(self.random.randbytes(st.st_size))
        self.set_time(path, st.st_mtime_ns)

    def do_another_target_with_the_same_time(self):
        path = self.pick(self.entries(lambda st: stat.S_ISLNK(st.st_mode)))
        time, target = os.lstat(path).st_mtime_ns, os.readlink(path)
        os.unlink(path)
        os.symlink(target[:-1] + b'x', path)
        self.set_time(path, time)


def tool(*args):
    subprocess.run(args, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def equal(was, found):
    """A copy may turn written zeros of a file that has holes into holes, as `cp` does."""
    if was and found and SOME in was:
        was = ['holes' if field == SOME else field for field in was]
        found = ['holes' if field == SOME else field for field in found]
    return was == found


def main(args):
    loose = args[0] == '--loose'
    command, *operands = args[1:] if loose else args
    if command == 'step':
        build_data, truth, seed, operations = operands
        with open(truth, 'w') as file:
            json.dump(manifest(build_data, loose), file)
        changes = Changes(build_data + '/pkg_image', seed, loose)
        changes.fill()
        for _ in range(int(operations)):
            changes.one()
    elif command == 'compare':
        truth, other = operands
        with open(truth) as file:
            expected = json.load(file)
        if os.path.isdir(other):
            found = json.loads(json.dumps(manifest(other, loose)))
        else:
            with open(other) as file:
                found = json.load(file)
        print(len(expected))
        for name in sorted({*expected, *found}):
            if not equal(expected.get(name), found.get(name)):
                print(f'{name!r} was {expected.get(name)} and is {found.get(name)}')
    else:
        sys.exit(__doc__)


main(sys.argv[1:])

# ruff: noqa: E501 - a table: each row stands together
"""Disk, memory, time, handles."""

from builder.repair.model import ANY, BUILD, CHECK, LIKELY, START, known

_MORE = ("Give builds more of it, or build less at once.", "请增加资源，或减少一次构建的内容。")

CLASSES = (
    known("resources.disk", r"(?:No space left on device|ENOSPC|Disk quota exceeded)", ("There is no room left on the disk.", "磁盘空间不足。"), ("Make room where images are stored.", "请在镜像存储处腾出空间。"), where=ANY),
    known("resources.watchers", r"ENOSPC: System limit for number of file watchers reached", ("A tool watches files, as for developing.", "工具在监视文件（开发模式）。"), ("Start the production form, not the development server.", "请以生产方式启动，而非开发服务器。"), where=ANY),
    known("resources.killed", (r"subprocess exited on killed", r"^Error: building at STEP .*: exit status 137$", r"signal: killed$", r"(?:^|\s)Killed\s*$", r"c\+\+: fatal error: Killed signal terminated program"), ("The kernel ended a process: usually memory was used up.", "内核终止了进程：通常是内存耗尽。"), ("Give builds more memory, or build with fewer jobs.", "请增加内存，或减少并行任务。"), where=BUILD, certainty=LIKELY),
    known("resources.killed-running", r"^starts: It ended by itself with status 137", ("The kernel ended the program: usually memory was used up.", "内核终止了程序：通常是内存耗尽。"), ("Give it more memory, or find what uses it.", "请增加内存，或查明占用原因。"), where=CHECK),
    known("resources.allocation", r"(?:std::bad_alloc|Cannot allocate memory|MemoryError$|virtual memory exhausted|runtime: out of memory|memory allocation of \d+ bytes failed)", ("Memory could not be had.", "无法分配内存。"), _MORE, where=ANY),
    known("resources.handles", r"(?:EMFILE|ENFILE|[Tt]oo many open files)", ("Too many files are open at once.", "同时打开的文件过多。"), ("Raise the limit, or close what is open.", "请提高限制，或关闭文件。"), where=ANY),
    known("resources.processes", r"(?:Resource temporarily unavailable|can't start new thread|unable to create (?:new )?native thread|pthread_create failed|fork: retry)", ("No more processes or threads may be made.", "无法再创建进程或线程。"), ("Use fewer workers.", "请减少工作进程。"), where=ANY, certainty=LIKELY),
    known("resources.time", r"^The build of \S+ was stopped after [\d.]+ s", ("The time for the build was not enough.", "构建时间不足。"), ("See what waits there: a prompt, a watch mode, a slow host; or allow more.", "请查看在等待什么：提问、监视模式、慢主机；或延长时间。"), where=BUILD),
    known("resources.prompt", r"(?:\? .*\((?:y/N|Y/n)\)\s*$|^Need to install the following packages:|Please select the geographic area in which you live|Shall I install Hex\?)", ("A tool asks a question, and nobody answers.", "工具在等待回答，但无人应答。"), ("Answer it by an option (--yes) or a variable.", "请用选项（--yes）或变量回答。"), where=ANY, certainty=LIKELY),
    known("resources.shared-memory", r"(?:session not created: DevToolsActivePort file doesn't exist|could not resize shared memory segment)", ("The program wants more shared memory than a container has.", "程序所需共享内存超过容器限制。"), ("Start browsers with --disable-dev-shm-usage.", "请用 --disable-dev-shm-usage 启动浏览器。"), where=START),
)  # fmt: skip

# Flags that every folder shares. config.h comes from the command line, so no file can forget it.
AM_CPPFLAGS = -include $(top_builddir)/config.h -I$(top_srcdir) \
	-DROOM_SYSCONFDIR='"$(sysconfdir)/pam_room"' \
	-DROOM_STATEDIR='"$(localstatedir)/lib/pam_room"' \
	-DROOM_RUNDIR='"/run/pam_room"' \
	-DROOM_LIBEXECDIR='"$(libexecdir)/pam_room"' \
	-DROOM_SYSTEMD_MANAGER='"$(SYSTEMD_MANAGER)"'
AM_CFLAGS = $(ROOM_CFLAGS)
AM_LDFLAGS = $(ROOM_LDFLAGS)

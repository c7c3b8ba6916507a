/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * x86-64 only: getpid(2) by the 32-bit entry of a 64-bit kernel, which filters of 64-bit calls do
 * not see. Prints what came back.
 */
#include <stdio.h>

int main(void)
{
	long result = 20;

	__asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
	printf("%ld\n", result);
	return 0;
}

"use client";
import { ruleLimits } from "@kluis/domain";
import { Plus, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { nextKey, type TagFields } from "#features/assignment-rules/rule-form.ts";
import { Button, IconButton } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { Field, Input, Textarea } from "#ui/field.tsx";

export interface TagConditionsProps {
  readonly tags: readonly TagFields[];
  /** Whether the user has tried to save: an empty name is an error then. */
  readonly tried: boolean;
  readonly onChange: (tags: readonly TagFields[]) => void;
}

/** The tags that a VM must have, each with the values that count. */
export function TagConditions({ tags, tried, onChange }: TagConditionsProps) {
  const t = useTranslations("assignmentRules.editor");
  const change = (key: number, part: Partial<TagFields>) =>
    onChange(tags.map((tag) => (tag.key === key ? { ...tag, ...part } : tag)));
  return (
    <Card title={t("tags")} description={t("tagsLead")} id="tags">
      <ul className="flex flex-col gap-4">
        {tags.map((tag) => (
          <li key={tag.key} className="grid gap-3 sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto]">
            <Field label={t("tagName")} error={tried && tag.name.trim() === "" ? t("tagWrong") : undefined}>
              <Input
                value={tag.name}
                onChange={(event) => change(tag.key, { name: event.target.value })}
                autoComplete="off"
                spellCheck={false}
              />
            </Field>
            <Field label={t("tagValues")} hint={t("tagValuesHint")}>
              <Textarea
                rows={2}
                value={tag.values}
                onChange={(event) => change(tag.key, { values: event.target.value })}
                spellCheck={false}
              />
            </Field>
            {tags.length === 1 ? null : (
              <IconButton
                className="sm:mt-6"
                label={t("removeTag", { name: tag.name })}
                icon={<Trash2 aria-hidden="true" />}
                onClick={() => onChange(tags.filter(({ key }) => key !== tag.key))}
              />
            )}
          </li>
        ))}
      </ul>
      {tags.length >= ruleLimits.tags ? null : (
        <Button
          className="mt-3"
          size="sm"
          icon={<Plus aria-hidden="true" />}
          onClick={() => onChange([...tags, { key: nextKey(tags), name: "", values: "" }])}
        >
          {t("addTag")}
        </Button>
      )}
    </Card>
  );
}
